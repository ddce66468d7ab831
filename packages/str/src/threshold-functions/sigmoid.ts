import { defineThresholdFunction, tf } from '@espalier/core';
import * as z from 'zod';
import { boundedInverse, TOP } from './bounded-inverse.ts';

/**
 * The logistic function, the paper's choice for convolutional networks.
 *
 *   g(s) = k/(1 + e^(−s))        g'(s) = g·(1 − g/k)        g⁻¹(τ) = ln(τ/(k − τ))
 *
 * Differs from the paper: nothing known; bounded by k, so it meets the appendix's condition g → ∞ only in part.
 *
 * @see Kusupati et al., ICML 2020, §3 and appendix A.1, https://arxiv.org/abs/2002.03231
 */
export const sigmoid = defineThresholdFunction({
  name: 'sigmoid',
  summary: 'k/(1 + e^(−s)), the choice of the STR paper for convolutional networks',
  options: z.strictObject({ k: z.number().positive().default(1).describe('Supremum') }),
  create: ({ k }) => ({
    range: [0, k] as const,
    value: (s) => tf.sigmoid(s).mul(k),
    derivative: (s) => {
      const share = tf.sigmoid(s);
      return share.mul(tf.sub(1, share)).mul(k);
    },
    inverse: (threshold) =>
      boundedInverse(threshold, k, {
        inverse: (share) => share.div(tf.sub(1, share)).log(),
        atTop: Math.log(TOP / (1 - TOP)),
        slope: 1,
      }),
  }),
});
