import { definePlugin, definePruner, keepCounts, sparsityOption, tf, topKMasks } from '@espalier/core';
import * as z from 'zod';

/**
 * One-shot magnitude pruning: trains dense for a while, then keeps the largest weights of each layer, and trains on.
 *
 *   Ŵ = W ⊙ M,   M = 1 until the share `at` of the training is done, then the top k of |W|
 *
 * Shapes: kernels of any rank; masks have the kernel's shape.
 * Gradient: pruned weights get none (product rule with the mask).
 *
 * @example myComponent({ sparsity: 0.95, at: 0.25 })
 */
export const myComponent = definePruner({
  name: 'my-component',
  summary: 'The largest weights of each layer, chosen once',
  options: z.strictObject({
    sparsity: sparsityOption.default(0.9),
    at: z.number().min(0).lt(1).default(0.5).describe('Progress of the training at which the mask is chosen'),
  }),
  create: ({ sparsity, at }) => ({
    sparsity, // the promise: all layers together keep exactly the rest
    init: (kernel, { kernels }) => {
      const counts = keepCounts(kernels, new Map(kernels.map(({ name }) => [name, sparsity])), sparsity);
      return {
        keep: counts.get(kernel.name) ?? kernel.size, // whole numbers that add up, to the weight
        mask: tf.variable(tf.ones([...kernel.shape]), false), // what changes is a variable in the state
      };
    },
    reparameterize: (weight, { mask }) => weight.mul(mask),
    beforeStep(layers, { step, totalSteps }) {
      if (step !== Math.floor(at * totalSteps)) return;
      for (const { kernel, state } of layers) {
        const [mask] = topKMasks([kernel.weight.abs()], state.keep);
        if (mask) state.mask.assign(mask);
      }
    },
  }),
});

export default definePlugin({ name: 'espalier-plugin-my-component', apiVersion: 1, components: [myComponent] });
