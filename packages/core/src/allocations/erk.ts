import * as z from 'zod';
import { defineAllocation } from '../component.ts';
import type { Kernel } from '../kinds/pruner.ts';

/**
 * Erdős–Rényi-kernel: density of a layer in proportion to `(Σ dimensions / Π dimensions)^power` of its kernel.
 *
 *   density_ℓ = ε·raw_ℓ,   ε solves  Σ_{ℓ not dense} ε·raw_ℓ·N_ℓ + Σ_{ℓ dense} N_ℓ = (1 − S)·Σ N_ℓ
 *
 * A layer whose density would exceed 1 becomes dense, and ε is solved for again. Small layers stay denser than large ones.
 *
 * Differs from the paper: `power` (1 there; 0 gives uniform).
 *
 * @see Evci et al., ICML 2020 (RigL), https://arxiv.org/abs/1911.11134
 */
export const erk = defineAllocation({
  name: 'erk',
  summary: 'Erdős–Rényi-kernel: small layers stay denser (Evci et al., 2020)',
  options: z.strictObject({ power: z.number().min(0).default(1).describe('Exponent of the raw density; 0 is uniform') }),
  create: ({ power }) => ({
    allocate(kernels, sparsity) {
      const densities = erkDensities(kernels, 1 - sparsity, power);
      return new Map(kernels.map((kernel, i) => [kernel.name, 1 - (densities[i] as number)]));
    },
  }),
});

// --- helpers ---

function erkDensities(kernels: readonly Kernel[], density: number, power: number): number[] {
  const raw = kernels.map(({ shape, size }) => (shape.reduce((sum, n) => sum + n, 0) / size) ** power);
  const sizes = kernels.map((kernel) => kernel.size);
  const total = sizes.reduce((sum, n) => sum + n, 0);
  const dense = new Set<number>();
  for (;;) {
    let budget = density * total;
    let weight = 0;
    sizes.forEach((size, i) => {
      if (dense.has(i)) budget -= size;
      else weight += (raw[i] as number) * size;
    });
    const epsilon = weight > 0 ? Math.max(0, budget) / weight : 0;
    const largest = Math.max(...raw.map((r, i) => (dense.has(i) ? 0 : r)));
    if (epsilon * largest <= 1) return raw.map((r, i) => (dense.has(i) ? 1 : r * epsilon));
    raw.forEach((r, i) => {
      if (r === largest) dense.add(i);
    });
  }
}
