import { defineEstimator, sumToShape } from '@espalier/core';
import * as z from 'zod';

/**
 * The identity for weights, so that pruned ones keep learning and can come back; the threshold's gradient stays the operator's own.
 *
 *   ∂L/∂W = G        ∂L/∂τ = Σ G·∂Ŵ/∂τ·1{|W| > τ}
 *
 * A full leak in the threshold's gradient would let the sum over pruned weights, the great majority, dominate it.
 *
 * @see Bengio et al. 2013, https://arxiv.org/abs/1308.3432
 */
export const straightThrough = defineEstimator({
  name: 'straight-through',
  summary: 'The identity for weights: pruned ones keep learning',
  options: z.strictObject({}),
  create: () => ({
    gradientsOf: 'all',
    backward({ upstream, weight, threshold, effective, operator }) {
      const derivatives = operator.derivatives(weight, threshold, effective);
      return { weight: upstream, threshold: sumToShape(upstream.mul(derivatives.threshold), threshold.shape) };
    },
  }),
});
