import * as z from 'zod';
import { defineSchedule } from '../component.ts';

/** The whole target at once, when `at` of the training is done. */
export const oneShot = defineSchedule({
  name: 'one-shot',
  summary: 'The whole target at once, at a given progress',
  options: z.strictObject({ at: z.number().min(0).lt(1).default(0.5).describe('Progress at which the target applies') }),
  create: ({ at }) => ({ at: (progress) => (progress >= at ? 1 : 0) }),
});
