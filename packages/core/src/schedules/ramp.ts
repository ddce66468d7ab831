import * as z from 'zod';

/** Options of a schedule that rises from `start` to `end`. */
export const rampOptions = z
  .strictObject({
    start: z.number().min(0).lt(1).default(0).describe('Progress at which the ramp leaves 0'),
    end: z.number().gt(0).max(1).default(0.5).describe('Progress at which the ramp reaches the target'),
  })
  .refine(({ start, end }) => start < end, { message: 'start must be below end', path: ['start'] });

/** Share of the ramp that is done, in [0, 1]. */
export const rampShare = (progress: number, start: number, end: number): number =>
  Math.min(1, Math.max(0, (progress - start) / (end - start)));
