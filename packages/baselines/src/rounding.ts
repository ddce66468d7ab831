import * as z from 'zod';

/** Option of the methods whose official code rounds in each layer by itself. */
export const roundingOption = z
  .enum(['total', 'layer'])
  .default('total')
  .describe('"total" meets the number of weights of the whole network exactly; "layer" removes ⌊sparsity·size⌋ in each layer');
