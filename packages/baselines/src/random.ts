import {
  allocateCounts,
  component,
  definePruner,
  type MaskState,
  magnitude,
  masked,
  targetOf,
  targetOptions,
  tf,
  uniform,
} from '@espalier/core';
import * as z from 'zod';

/**
 * A random mask that stays: what a budget is worth when nobody chooses the weights.
 *
 *   Ŵ = W ⊙ M       M with k weights of each layer, drawn before the first step; the allocation says k
 *
 * Shapes: kernels of any rank; masks have the kernel's shape.
 * Gradient: pruned weights get none.
 * Differs from the paper: any allocation; k is exact for all layers together, where a mask of independent draws meets it on average.
 *
 * @example random({ sparsity: 0.95, allocation: erk() })
 * @see Liu et al., ICLR 2022, https://arxiv.org/abs/2202.02643
 */
export const random = definePruner({
  name: 'random',
  summary: 'A random mask from the start, on the budget of any allocation (Liu et al., 2022)',
  options: z.strictObject({
    ...targetOptions,
    allocation: component('allocation').default(uniform()).describe('How the sparsity is divided among the layers'),
  }),
  create: ({ allocation, ...given }) => ({
    ...targetOf(given),
    init(kernel, { kernels, shared, random }): MaskState {
      const rule = { ...targetOf(given), allocation, score: magnitude(), fraction: 1, rounding: 'total' } as const;
      const counts = shared('counts', () => allocateCounts(kernels, rule));
      const mask = new Float32Array(kernel.size).fill(1, 0, counts.get(kernel.name));
      random(`mask of ${kernel.name}`).shuffle(mask);
      return { mask: tf.variable(tf.tensor(mask, [...kernel.shape]), false) };
    },
    reparameterize: (weight, { mask }) => masked(weight, mask),
  }),
});
