import { defineEstimator, tf } from '@espalier/core';
import * as z from 'zod';
import { excess, isAbove, thresholdGradient } from './gates.ts';

/**
 * AutoPrune's update of its mask parameters, in terms of a threshold: weights get a masked gradient, the threshold one that doesn't depend
 * on how large the weights are and that slows down below 0, so that pruned weights can recover.
 *
 *   a = |W| − τ        ∂L/∂W = G·1{a > 0}        ∂L/∂τ = −Σ G·sign(W)·h'(a)
 *   h'(a): linear 1, for every weight · leaky 1 where a ≥ 0, else c · softplus σ(a)
 *
 * There the mask is 1{m > 0} with a parameter m of its own per weight, whose gradient is G·sign(W)·h'(m). Here a = |W| − τ plays the part
 * of m; with τ = |W| − m at a fixed weight the gradient of τ is that of m with the other sign. The sign of W in place of W, which the
 * product rule would give, is the paper's: large weights would make m oscillate, small ones would never be pruned.
 * Differs from the paper: m isn't trained on data of its own, and weights and m move in the same step.
 *
 * @example autopruneEstimator({ variant: 'leaky', c: 0.3 })
 * @see Xiao et al., NeurIPS 2019, https://proceedings.neurips.cc/paper/2019/hash/4efc9e02abdab6b6166251918570a307-Abstract.html
 */
export const autopruneEstimator = defineEstimator({
  name: 'autoprune',
  summary: "AutoPrune's gradients: the sign of a weight in place of its size (Xiao et al., 2019)",
  options: z
    .strictObject({
      variant: z.enum(['linear', 'leaky', 'softplus']).default('softplus').describe("The slope h' of the step"),
      c: z.number().gt(0).lt(1).optional().describe('Variant leaky: slope below the threshold, in (0, 1); 0.1 if left out'),
    })
    .refine(({ variant, c }) => c === undefined || variant === 'leaky', { message: 'c belongs to variant: "leaky"' }),
  create: ({ variant, c = 0.1 }) => {
    const slope = {
      linear: (a: tf.Tensor) => a.onesLike(),
      leaky: (a: tf.Tensor) => a.greaterEqual(0).cast('float32').maximum(c),
      softplus: (a: tf.Tensor) => tf.sigmoid(a),
    }[variant];
    return {
      gradientsOf: 'all', // for τ
      backward: ({ upstream, weight, threshold }) => ({
        weight: upstream.mul(isAbove(weight, threshold)),
        threshold: thresholdGradient(upstream, weight, slope(excess(weight, threshold)), threshold),
      }),
    };
  },
});
