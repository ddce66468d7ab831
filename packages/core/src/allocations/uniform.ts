import * as z from 'zod';
import { defineAllocation } from '../component.ts';

/** The same sparsity in every layer. */
export const uniform = defineAllocation({
  name: 'uniform',
  summary: 'The same sparsity in every layer',
  options: z.strictObject({}),
  create: () => ({ allocate: (kernels, sparsity) => new Map(kernels.map((kernel) => [kernel.name, sparsity])) }),
});
