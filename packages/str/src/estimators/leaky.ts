import { defineEstimator } from '@espalier/core';
import * as z from 'zod';
import { leak, thresholdGradient } from './gates.ts';

/**
 * A leak: a pruned weight gets a share α of the gradient, so that it can come back.
 *
 *   m = 1{|W| > τ} + α·1{|W| ≤ τ}        ∂L/∂W = G·m        ∂L/∂τ = −Σ G·sign(W)·m
 *
 * α = 0 is the sub-gradient of a soft threshold; α = 1 is the identity for weights. The gate takes the place of the operator's own
 * derivative, and the threshold's gradient is that of a soft threshold with the same gate, whatever the operator: a hard threshold has
 * none of its own, so this is a way to learn one. As α grows, the sum over the pruned weights, the great majority, takes over; where the
 * identity for weights is wanted with the threshold's gradient left alone, take `straight-through`.
 *
 * With the operator `feather` and a threshold that isn't learned, this is Feather's backward pass with θ = α: G above, θ·G below.
 *
 * @example leaky({ alpha: 0.5 })
 * @see Glentis Georgoulakis et al., BMVC 2023, https://github.com/athglentis/feather (θ)
 */
export const leaky = defineEstimator({
  name: 'leaky',
  summary: 'A share of the gradient for pruned weights',
  options: z.strictObject({ alpha: z.number().min(0).max(1).default(0.1).describe('Share below the threshold, in [0, 1]') }),
  create: ({ alpha }) => ({
    gradientsOf: alpha > 0 ? 'all' : 'nonzero',
    backward({ upstream, weight, threshold }) {
      const gate = leak(weight, threshold, alpha);
      return { weight: upstream.mul(gate), threshold: thresholdGradient(upstream, weight, gate, threshold) };
    },
  }),
});
