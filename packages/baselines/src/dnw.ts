import {
  allocateCounts,
  component,
  definePruner,
  type MaskState,
  magnitude,
  maskedStraightThrough,
  promiseAtEnd,
  targetOf,
  targetOptions,
  tf,
  topKMask,
  uniform,
  updateMasks,
} from '@espalier/core';
import * as z from 'zod';
import { roundingOption } from './rounding.ts';

/**
 * Discovering neural wirings, as a method of sparse training: in every step the largest weights of each layer are used unchanged, the rest
 * are zero, and the gradient reaches all of them as if none were.
 *
 *   Ŵ = W ⊙ topk(|W|)        ∂L/∂W = G                        G = ∂L/∂Ŵ, the straight-through estimator
 *
 * So a pruned weight goes on learning, and enters as soon as it outgrows one that is used. Weight decay acts on all stored weights.
 *
 * Shapes: kernels of any rank; the mask has the kernel's shape. The mask is found anew after every update, so that what is evaluated is
 * what the next step would use.
 * Differs from the paper: any allocation, uniform there; the count is exact for all layers together. The official code zeroes ⌊rate·size⌋
 * weights in each layer: `rounding: 'layer'`, which meets the total only nearly and so promises no sparsity.
 *
 * @example dnw({ sparsity: 0.9, allocation: erk() })
 * @see Wortsman, Farhadi & Rastegari, NeurIPS 2019, https://arxiv.org/abs/1906.00586
 */
export const dnw = definePruner({
  name: 'dnw',
  summary: 'The largest weights at every step, gradients straight through to all (Wortsman et al., 2019)',
  options: z.strictObject({
    ...targetOptions,
    allocation: component('allocation').default(uniform()).describe('How the sparsity is divided among the layers'),
    rounding: roundingOption,
  }),
  create: ({ allocation, rounding, ...given }) => {
    const score = magnitude();
    const target = targetOf(given);
    const options = { ...target, allocation, score, fraction: 1, rounding };
    return {
      ...promiseAtEnd(target, { at: () => 1 }, rounding),
      init(kernel, { kernels, shared }): MaskState {
        const counts = shared('counts', () => allocateCounts(kernels, options));
        return { mask: tf.variable(topKMask(kernel, score, counts.get(kernel.name) ?? kernel.size), false) };
      },
      gradientsOf: 'all',
      calendar: (kernels, { totalSteps }) => ({
        updates: Array.from({ length: totalSteps + 1 }, (_, step) => ({ step, fraction: 1 })),
        countsAt: (fraction) => allocateCounts(kernels, { ...options, fraction }),
        dynamic: allocation.dynamic ?? false,
      }),
      reparameterize: (weight, { mask }) => maskedStraightThrough(weight, mask),
      afterStep(layers) {
        updateMasks(
          layers,
          score,
          allocateCounts(
            layers.map(({ kernel }) => kernel),
            options,
          ),
        );
      },
    };
  },
});
