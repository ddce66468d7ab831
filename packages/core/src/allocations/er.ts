import * as z from 'zod';
import { defineAllocation } from '../component.ts';
import { fixedOption, proportionalDensities } from './proportional.ts';

/**
 * Erdős–Rényi: density of a layer in proportion to `(inputs + outputs) / (inputs · outputs)`, whatever the size of its filters.
 *
 *   density_ℓ = ε·(n_in + n_out)/(n_in·n_out), the last two dimensions of the kernel; ε and layers that become dense as in `erk`
 *
 * Differs from the paper: there ε is given, here it follows from the sparsity, as in the code of RigL; there, a fixed layer is no part of
 * the total.
 *
 * @param options.fixed Sparsity of named layers, which the others make up for. Default none.
 * @throws {EspalierError} `E_ALLOCATION` if the others can't.
 * @see Mocanu et al., Nature Communications 2018 (SET), https://arxiv.org/abs/1707.04780
 */
export const er = defineAllocation({
  name: 'er',
  summary: 'Erdős–Rényi: by inputs and outputs alone (Mocanu et al., 2018)',
  options: z.strictObject({ fixed: fixedOption }),
  create: ({ fixed }) => ({
    allocate(kernels, sparsity) {
      const raw = kernels.map(({ shape }) => {
        const [inputs = 1, outputs = 1] = shape.slice(-2);
        return (inputs + outputs) / (inputs * outputs);
      });
      const densities = proportionalDensities(kernels, raw, 1 - sparsity, fixed);
      return new Map(kernels.map((kernel, i) => [kernel.name, 1 - (densities[i] as number)]));
    },
  }),
});
