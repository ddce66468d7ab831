import * as z from 'zod';
import { defineScore } from '../component.ts';

/** |W|: the larger a weight, the more it deserves to stay. */
export const magnitude = defineScore({
  name: 'magnitude',
  summary: 'Absolute value of the weight',
  options: z.strictObject({}),
  create: () => ({ of: (weight) => weight.abs(), finite: true }),
});
