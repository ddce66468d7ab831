import { defineEstimator, sumToShape, tf } from '@espalier/core';
import * as z from 'zod';
import { excess, isAbove } from './gates.ts';

/**
 * The gradient of a hard mask whose step is smoothed: near the threshold a weight also feels that it could be kept or lost.
 *
 *   a = |W| − τ, h' = β·σ(β·a)·σ(−β·a)        ∂L/∂W = G·(1{|W| > τ} + |W|·h')        ∂L/∂τ = −Σ G·W·h'
 *
 * Product rule of W·h(a), with the step itself for h and the slope of σ(β·a) for h'. The threshold's gradient comes from the weights near
 * it and grows with W: it is the one for the operator `hard`, which has none of its own.
 */
export const sigmoidMask = defineEstimator({
  name: 'sigmoid-mask',
  summary: 'The gradient of a mask whose step is smoothed by a sigmoid',
  options: z.strictObject({ beta: z.number().positive().default(100).describe('Sharpness of the step, per unit of weight') }),
  create: ({ beta }) => ({
    gradientsOf: 'all',
    backward({ upstream, weight, threshold }) {
      const scaled = excess(weight, threshold).mul(beta);
      const slope = tf.sigmoid(scaled).mul(tf.sigmoid(scaled.neg())).mul(beta);
      return {
        weight: upstream.mul(isAbove(weight, threshold).add(weight.abs().mul(slope))),
        threshold: sumToShape(upstream.mul(weight).mul(slope).neg(), threshold.shape),
      };
    },
  }),
});
