import * as z from 'zod';
import { defineAllocation } from '../component.ts';
import { fixedOption, proportionalDensities } from './proportional.ts';

/**
 * Erdős–Rényi-kernel: density of a layer in proportion to `(Σ dimensions / Π dimensions)^power` of its kernel.
 *
 *   density_ℓ = ε·raw_ℓ,   ε solves  Σ_{ℓ not dense} ε·raw_ℓ·N_ℓ + Σ_{ℓ dense} N_ℓ = (1 − S)·Σ N_ℓ
 *
 * A layer whose density would exceed 1 becomes dense, and ε is solved for again. Small layers stay denser than large ones.
 *
 * Differs from the paper: `power` (1 there; 0 gives uniform); there, a fixed layer is no part of the total.
 *
 * @param options.power Exponent of the raw density. Default 1.
 * @param options.fixed Sparsity of named layers, which the others make up for. Default none.
 * @throws {EspalierError} `E_ALLOCATION` if the others can't.
 * @see Evci et al., ICML 2020 (RigL), https://arxiv.org/abs/1911.11134
 */
export const erk = defineAllocation({
  name: 'erk',
  summary: 'Erdős–Rényi-kernel: small layers stay denser (Evci et al., 2020)',
  options: z.strictObject({
    power: z.number().min(0).default(1).describe('Exponent of the raw density; 0 is uniform'),
    fixed: fixedOption,
  }),
  create: ({ power, fixed }) => ({
    allocate(kernels, sparsity) {
      const raw = kernels.map(({ shape, size }) => (shape.reduce((sum, n) => sum + n, 0) / size) ** power);
      const densities = proportionalDensities(kernels, raw, 1 - sparsity, fixed);
      return new Map(kernels.map((kernel, i) => [kernel.name, 1 - (densities[i] as number)]));
    },
  }),
});
