import { defineEstimator, definePlugin, sumToShape, tf } from '@espalier/core';
import * as z from 'zod';

/**
 * A window above zero: weights just below the threshold get the gradient as if they were above it, the others below get none.
 *
 *   m = 1{|W| > (1 − width)·τ}        ∂L/∂W = G·m        ∂L/∂τ = −Σ G·sign(W)·1{|W| > τ}
 *
 * with G = ∂L/∂Ŵ, over the weights that share a threshold. `width: 0` is the sub-gradient of a soft threshold; `width: 1` lets every weight
 * through but those that are 0. A surrogate: no function has this gradient.
 *
 * @example str({ sparsity: 0.95, estimator: myComponent({ width: 0.2 }) })
 */
export const myComponent = defineEstimator({
  name: 'my-component',
  summary: 'The gradient also for weights just below the threshold',
  options: z.strictObject({ width: z.number().min(0).max(1).default(0.5).describe('Of the window below the threshold, as a share of it') }),
  create: ({ width }) => ({
    backward({ upstream, weight, threshold }) {
      const magnitude = weight.abs();
      const near = magnitude.greater(threshold.mul(1 - width)).cast('float32');
      const above = magnitude.greater(threshold).cast('float32');
      return {
        weight: upstream.mul(near),
        threshold: sumToShape(tf.neg(upstream.mul(weight.sign()).mul(above)), threshold.shape),
      };
    },
  }),
});

export default definePlugin({ name: 'espalier-plugin-my-component', apiVersion: 1, components: [myComponent] });
