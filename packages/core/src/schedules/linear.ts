import { defineSchedule } from '../component.ts';
import { rampOptions, rampShare } from './ramp.ts';

/** In proportion to the progress between `start` and `end`; constant before and after. */
export const linear = defineSchedule({
  name: 'linear',
  summary: 'In proportion to the progress between start and end',
  options: rampOptions,
  create: ({ start, end }) => ({ at: (progress) => rampShare(progress, start, end) }),
});
