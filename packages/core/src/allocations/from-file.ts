import * as z from 'zod';
import { defineAllocation } from '../component.ts';
import { budgetSchema, followBudget, readBudget, rescaleOption } from './budget.ts';

/**
 * A budget from a file: the sparsity of each layer, as another method, a paper or a person set it.
 *
 * The pruner's sparsity must be that of the budget up to the fourth digit, or `rescale` be set; the total is then met to the weight.
 *
 * @param options.budget  A CSV file `layer,sparsity` with fractions; or the fractions by layer. A run's spec holds the fractions.
 * @param options.rescale Multiply the densities by one factor (none above 1) to meet another sparsity. Default false.
 * @throws {EspalierError} `E_BUDGET` for a file that is none, for layers that are unknown or missing, for another sparsity in total;
 * `E_ALLOCATION`.
 * @example gmp({ sparsity: 0.9023, allocation: fromFile({ budget: 'str-90.csv' }) })
 */
export const fromFile = defineAllocation({
  name: 'from-file',
  summary: 'A budget from a CSV file: layer,sparsity',
  options: z.strictObject({
    budget: z
      .union([budgetSchema, z.string().transform(readBudget)], 'must be a CSV file, or the sparsity of each layer by name, in [0, 1]')
      .describe('CSV file with the columns layer and sparsity (a fraction)'),
    rescale: rescaleOption,
  }),
  create: ({ budget, rescale }) => ({
    allocate: (kernels, sparsity) => followBudget(budget, kernels, sparsity, rescale, 'from-file'),
  }),
});
