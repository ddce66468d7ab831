import { defineThresholdFunction, tf } from '@espalier/core';
import * as z from 'zod';
import { boundedInverse, TOP } from './bounded-inverse.ts';

/**
 * The hyperbolic tangent, moved up to be positive. It is the logistic function of 2s, which shows what a steeper g does.
 *
 *   g(s) = k·(1 + tanh s)/2 = k/(1 + e^(−2s))        g'(s) = 2g·(1 − g/k)        g⁻¹(τ) = ½·ln(τ/(k − τ))
 *
 * Computed in the second form: 1 + tanh s has no digit left below s = −9.
 * Not in the paper; bounded by k, so it meets the appendix's condition g → ∞ only in part.
 *
 * @see Kusupati et al., ICML 2020, appendix A.1, https://arxiv.org/abs/2002.03231
 */
export const tanh = defineThresholdFunction({
  name: 'tanh',
  summary: 'k·(1 + tanh s)/2, the sigmoid at twice the speed',
  options: z.strictObject({ k: z.number().positive().default(1).describe('Supremum') }),
  create: ({ k }) => ({
    range: [0, k] as const,
    value: (s) => tf.sigmoid(s.mul(2)).mul(k),
    derivative: (s) =>
      tf
        .sigmoid(s.mul(2))
        .mul(tf.sigmoid(s.mul(-2)))
        .mul(2 * k),
    inverse: (threshold) =>
      boundedInverse(threshold, k, {
        inverse: (share) => share.div(tf.sub(1, share)).log().div(2),
        atTop: Math.log(TOP / (1 - TOP)) / 2,
        slope: 1,
      }),
  }),
});
