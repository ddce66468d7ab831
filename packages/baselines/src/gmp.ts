import { component, cubic, definePruner, magnitude, targetOptions, uniform } from '@espalier/core';
import * as z from 'zod';
import { roundingOption } from './rounding.ts';
import { scheduledMasks } from './scheduled-masks.ts';

/**
 * Gradual magnitude pruning: removes the smallest weights on a cubic schedule during training.
 *
 *   Ŵ = W ⊙ M,   M = topk(|W|) at   s_t = s_f·(1 − (1 − (t − t₀)/(t₁ − t₀))³)      Zhu & Gupta 2017, Eq. (1), with s_i = 0
 *
 * Shapes: kernels of any rank; masks have the kernel's shape.
 * Gradient: pruned weights get none (product rule with the mask); decay and left-over momentum still move their stored values, so a later
 * mask can take one back.
 * Differs from the paper: time is the progress of the training; k is exact, where the original counts in 255 bins. `freeze: false` with
 * `every: 1` and `rounding: 'layer'` trains as what the STR repository calls GMP. There the mask is found anew in every forward pass, in
 * evaluation too, where ours stays that of the last step; and the schedule changes once per epoch and stops short of the target (at
 * 1 − 1/T³ of it, T epochs), which a schedule of one's own can do too. Then `sparsity` promises what the schedule ends at.
 *
 * @example gmp({ sparsity: 0.95, allocation: erk() })
 * @see https://arxiv.org/abs/1710.01878
 */
export const gmp = definePruner({
  name: 'gmp',
  summary: 'Gradual magnitude pruning on a cubic schedule (Zhu & Gupta, 2017)',
  options: z.strictObject({
    ...targetOptions,
    allocation: component('allocation').default(uniform()).describe('How the sparsity is divided among the layers'),
    schedule: component('schedule')
      .default(cubic({ start: 0.05, end: 0.5 }))
      .describe('How the sparsity is approached'),
    score: component('score').default(magnitude()).describe('What ranks the weights'),
    every: z.int().positive().default(25).describe('Steps between mask updates'),
    freeze: z.boolean().default(true).describe('Leave the masks as they are once the target is reached'),
    rounding: roundingOption,
  }),
  create: scheduledMasks,
});
