import { defineEstimator, tf } from '@espalier/core';
import * as z from 'zod';
import { excess, thresholdGradient } from './gates.ts';

/**
 * The gradient of a soft threshold whose corner is rounded: weights just below the threshold get nearly as much as those just above.
 *
 *   a = |W| − τ        ∂L/∂W = G·σ(β·a)        ∂L/∂τ = −Σ G·sign(W)·σ(β·a)
 *
 * It is the true gradient of sign(W)·ln(1 + e^(β·a))/β, away from W = 0; the forward pass stays the operator's, with its exact zeros. The
 * larger β, the nearer to `subgradient`. What counts is β times the spread of the weights: 5 to 20 is neither the one nor the other.
 */
export const softplusSurrogate = defineEstimator({
  name: 'softplus-surrogate',
  summary: 'The gradient of a soft threshold with a rounded corner',
  options: z.strictObject({ beta: z.number().positive().default(100).describe('Sharpness of the corner, per unit of weight') }),
  create: ({ beta }) => ({
    gradientsOf: 'all',
    backward({ upstream, weight, threshold }) {
      const gate = excess(weight, threshold).mul(beta).sigmoid();
      return { weight: upstream.mul(gate), threshold: thresholdGradient(upstream, weight, gate, threshold) };
    },
    isGradientOf: ({ weight, threshold }) => weight.sign().mul(tf.softplus(excess(weight, threshold).mul(beta)).div(beta)),
  }),
});
