import { defineAllocation, definePlugin } from '@espalier/core';
import * as z from 'zod';

/**
 * Density in proportion to a power of the layer's size: small layers stay denser than large ones.
 *
 *   density_ℓ = min(1, ε·N_ℓ^−power),   ε such that  Σ density_ℓ·N_ℓ = (1 − S)·Σ N_ℓ
 *
 * @example gmp({ sparsity: 0.95, allocation: myComponent({ power: 0.25 }) })
 */
export const myComponent = defineAllocation({
  name: 'my-component',
  summary: "By a power of each layer's size: small layers stay denser",
  options: z.strictObject({ power: z.number().min(0).max(1).default(0.5).describe('0 is uniform; 1 keeps as many weights in each layer') }),
  create: ({ power }) => ({
    allocate(kernels, sparsity) {
      const layers = kernels.map(({ name, size }) => ({ name, size, raw: size ** -power }));
      const density = (layer: (typeof layers)[number], scale: number) => Math.min(1, scale * layer.raw);
      let left = layers.reduce((sum, { size }) => sum + size, 0) * (1 - sparsity);
      let scale = 0;
      // The smallest layers fill up first; what they can't take is shared out among the others.
      for (let open = layers; open.length; ) {
        scale = left / open.reduce((sum, { size, raw }) => sum + size * raw, 0);
        const full = open.filter(({ raw }) => scale * raw > 1);
        if (!full.length) break;
        left -= full.reduce((sum, { size }) => sum + size, 0);
        open = open.filter((layer) => !full.includes(layer));
      }
      return new Map(layers.map((layer) => [layer.name, 1 - density(layer, scale)]));
    },
  }),
});

export default definePlugin({ name: 'espalier-plugin-my-component', apiVersion: 1, components: [myComponent] });
