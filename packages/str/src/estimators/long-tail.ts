import { defineEstimator, sumToShape, type tf } from '@espalier/core';
import * as z from 'zod';
import { excess, isAbove } from './gates.ts';

/**
 * Dynamic Sparse Training's gradient of a hard mask: the step's slope is a peak with long tails, in pieces.
 *
 *   a = |W| − τ        h(a) = 2 − 4·|a| up to |a| = 0.4, 0.4 up to |a| = 1, 0 beyond
 *   ∂L/∂W = G·(1{|W| > τ} + |W|·h(a))        ∂L/∂τ = −Σ G·W·h(a)
 *
 * Both are the product rule of W·1{a > 0} with h for the slope of the step. Its pieces are wide beside the weights of most networks, so
 * nearly all of them are on the peak; for the operator `hard`.
 * Differs from the paper: there it comes with thresholds per filter that start at 0, a regularizer Σ e^(−τ), and a reset of layers that
 * die; none of that is in an estimator.
 *
 * @see Liu et al., ICLR 2020, https://arxiv.org/abs/2005.06870
 */
export const longTail = defineEstimator({
  name: 'long-tail',
  summary: "A mask's gradient with a peak and long tails for the slope of its step (DST)",
  options: z.strictObject({}),
  create: () => ({
    gradientsOf: ({ weight, threshold }) => excess(weight, threshold).greaterEqual(-1),
    backward({ upstream, weight, threshold }) {
      const slope = longTailSlope(excess(weight, threshold));
      return {
        weight: upstream.mul(isAbove(weight, threshold).add(weight.abs().mul(slope))),
        threshold: sumToShape(upstream.mul(weight).mul(slope).neg(), threshold.shape),
      };
    },
  }),
});

/** h(a), of any shape. */
export function longTailSlope(a: tf.Tensor): tf.Tensor {
  const distance = a.abs();
  return distance.mul(-4).add(2).maximum(0.4).mul(distance.lessEqual(1).cast('float32'));
}
