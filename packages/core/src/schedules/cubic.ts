import { defineSchedule } from '../component.ts';
import { rampOptions, rampShare } from './ramp.ts';

/**
 * Fast at first, slow at the end: `1 − (1 − (p − start)/(end − start))³`.
 *
 * Differs from the paper: the initial sparsity is 0; time is the progress of the training instead of steps t₀ and nΔt.
 *
 * @see Zhu & Gupta 2017, Eq. (1), https://arxiv.org/abs/1710.01878
 */
export const cubic = defineSchedule({
  name: 'cubic',
  summary: 'Fast at first, slow at the end (Zhu & Gupta, 2017)',
  options: rampOptions,
  create: ({ start, end }) => ({ at: (progress) => 1 - (1 - rampShare(progress, start, end)) ** 3 }),
});
