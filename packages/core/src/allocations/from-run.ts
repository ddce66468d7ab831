import * as z from 'zod';
import { defineAllocation } from '../component.ts';
import { budgetSchema, followBudget, rescaleOption, runBudget } from './budget.ts';

/**
 * The budget that another run reached, its weights left alone: what STR learned, given to a method that needs a budget.
 *
 * The pruner's sparsity must be that of the run up to the fourth digit, or `rescale` be set; the total is then met to the weight.
 *
 * @param options.run     Folder of a finished run; or sparsities by layer. A run's spec holds the sparsities.
 * @param options.rescale Multiply the densities by one factor (none above 1) to meet another sparsity. Default false.
 * @throws {EspalierError} `E_BUDGET` if there is no finished run, for layers that are unknown or missing, for another sparsity in total;
 * `E_ALLOCATION`; `E_RESULT`.
 * @example dnw({ sparsity: 0.9, allocation: fromRun({ run: 'runs/0123456789ab' }) })
 * @see Kusupati et al., ICML 2020 (STR, the transfer of its budgets), https://arxiv.org/abs/2002.03231
 */
export const fromRun = defineAllocation({
  name: 'from-run',
  summary: 'The budget that a finished run reached',
  options: z.strictObject({
    run: z
      .union(
        [budgetSchema, z.string().transform(runBudget)],
        'must be the folder of a finished run, or the sparsity of each layer by name, in [0, 1]',
      )
      .describe('Folder of a finished run'),
    rescale: rescaleOption,
  }),
  create: ({ run, rescale }) => ({
    allocate: (kernels, sparsity) => followBudget(run, kernels, sparsity, rescale, 'from-run'),
  }),
});
