import { defineOperator, definePlugin, tf } from '@espalier/core';
import * as z from 'zod';

/**
 * Non-negative garrote: between the soft and the hard threshold; large weights are hardly shrunk.
 *
 *   Ŵ = W·(1 − (τ/W)²) where |W| > τ, else 0        ∂Ŵ/∂W = 1 + (τ/W)²        ∂Ŵ/∂τ = −2·τ/W
 *
 * Elementwise on any shape; τ broadcasts against W.
 *
 * @example thresholded({ sparsity: 0.95, operator: myComponent() })
 * @see Gao 1998, https://doi.org/10.1080/10618600.1998.10474789
 */
export const myComponent = defineOperator({
  name: 'my-component',
  summary: 'Non-negative garrote: shrinks large weights less (Gao, 1998)',
  options: z.strictObject({}),
  create: () => ({
    apply: (weight, threshold) => tf.sub(1, ratio(weight, threshold).square()).mul(weight).mul(isAbove(weight, threshold)),
    derivatives(weight, threshold) {
      const [share, above] = [ratio(weight, threshold), isAbove(weight, threshold)];
      return { weight: share.square().add(1).mul(above), threshold: share.mul(-2).mul(above) };
    },
  }),
});

export default definePlugin({ name: 'espalier-plugin-my-component', apiVersion: 1, components: [myComponent] });

// --- helpers ---

const isAbove = (weight: tf.Tensor, threshold: tf.Tensor): tf.Tensor => weight.abs().greater(threshold).cast('float32');

/** τ/W, cut off at ±1, beyond which it isn't needed and could overflow; 0 where W is 0. */
const ratio = (weight: tf.Tensor, threshold: tf.Tensor): tf.Tensor => tf.divNoNan(threshold.relu(), weight).clipByValue(-1, 1);
