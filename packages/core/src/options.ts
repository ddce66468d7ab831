import * as z from 'zod';

/** Schema of a target sparsity: a fraction in [0, 1). */
export const sparsityOption = z
  .number()
  .min(0, 'must be in [0, 1): a fraction, not a percent')
  .lt(1, 'must be in [0, 1): a fraction, 0.9 for 90 %')
  .describe('Fraction of the weights to remove');
