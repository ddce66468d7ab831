import {
  allocateCounts,
  component,
  definePruner,
  type Kernel,
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
  create: ({ allocation, ...given }) => {
    const target = targetOf(given);
    const countsOf = (kernels: readonly Kernel[]) =>
      allocateCounts(kernels, { ...target, allocation, score: magnitude(), fraction: 1, rounding: 'total' });
    return {
      ...target,
      gradientsOf: 'nonzero',
      init(kernel, { kernels, shared, random }): MaskState {
        const counts = shared('counts', () => countsOf(kernels));
        const mask = new Float32Array(kernel.size).fill(1, 0, counts.get(kernel.name));
        random(`mask of ${kernel.name}`).shuffle(mask);
        return { mask: tf.variable(tf.tensor(mask, [...kernel.shape]), false) };
      },
      reparameterize: (weight, { mask }) => masked(weight, mask),
      calendar: (kernels) => ({
        updates: [{ step: 0, fraction: 1 }],
        countsAt: () => countsOf(kernels),
        dynamic: allocation.dynamic ?? false,
      }),
    };
  },
});
