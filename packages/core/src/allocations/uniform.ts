import * as z from 'zod';
import { defineAllocation } from '../component.ts';
import { fixedOption, proportionalDensities } from './proportional.ts';

/**
 * The same sparsity in every layer, or in all but the fixed ones.
 *
 * @param options.fixed Sparsity of named layers, which the others make up for. Default none.
 * @throws {EspalierError} `E_ALLOCATION` if the others can't.
 */
export const uniform = defineAllocation({
  name: 'uniform',
  summary: 'The same sparsity in every layer',
  options: z.strictObject({ fixed: fixedOption }),
  create: ({ fixed }) => ({
    allocate(kernels, sparsity) {
      if (Object.keys(fixed).length === 0) return new Map(kernels.map((kernel) => [kernel.name, sparsity]));
      const densities = proportionalDensities(
        kernels,
        kernels.map(() => 1),
        1 - sparsity,
        fixed,
      );
      return new Map(kernels.map((kernel, i) => [kernel.name, 1 - (densities[i] as number)]));
    },
  }),
});
