import { defineEstimator, sumToShape, type ThresholdOperator, type tf } from '@espalier/core';
import * as z from 'zod';

/**
 * The sub-gradient of the operator itself: what automatic differentiation gives. A pruned weight gets none.
 *
 *   ∂L/∂W = G·∂Ŵ/∂W·1{|W| > τ}        ∂L/∂τ = Σ G·∂Ŵ/∂τ·1{|W| > τ}         (soft: −Σ G·sign(W)·1{|W| > τ})
 *
 * The sum runs over the weights that share a threshold. Differs from the paper: nothing known.
 *
 * @see Kusupati et al., ICML 2020, Eqs. (3) and (4), https://arxiv.org/abs/2002.03231
 */
export const subgradient = defineEstimator({
  name: 'subgradient',
  summary: "The operator's own sub-gradient: pruned weights get none (STR)",
  options: z.strictObject({}),
  create: () => ({
    gradientsOf: 'nonzero',
    isGradientOf: ({ weight, threshold, operator }) => operator.apply(weight, threshold),
    backward({ upstream, weight, threshold, effective, operator }) {
      const products = (operator.backward ?? multiplied(operator))(upstream, weight, threshold, effective);
      return { weight: products.weight, threshold: sumToShape(products.threshold, threshold.shape) };
    },
  }),
});

// --- helpers ---

const multiplied =
  (operator: ThresholdOperator): NonNullable<ThresholdOperator['backward']> =>
  (upstream: tf.Tensor, weight: tf.Tensor, threshold: tf.Tensor, effective: tf.Tensor) => {
    const derivatives = operator.derivatives(weight, threshold, effective);
    return { weight: upstream.mul(derivatives.weight), threshold: upstream.mul(derivatives.threshold) };
  };
