import { defineThresholdFunction, tf } from '@espalier/core';
import * as z from 'zod';

/**
 * The exponential function, the paper's choice for recurrent networks.
 *
 *   g(s) = k·e^s        g'(s) = g        g⁻¹(τ) = ln(τ/k)
 *
 * Differs from the paper: nothing known. g' is unbounded, against condition 2 of appendix A.1; in practice s stays negative.
 *
 * @see Kusupati et al., ICML 2020, appendix A.1, https://arxiv.org/abs/2002.03231
 */
export const exp = defineThresholdFunction({
  name: 'exp',
  summary: 'k·e^s, the choice of the STR paper for recurrent networks',
  options: z.strictObject({ k: z.number().positive().default(1).describe('Value at s = 0') }),
  create: ({ k }) => ({
    range: [0, Number.POSITIVE_INFINITY] as const,
    value: (s) => tf.exp(s).mul(k),
    derivative: (s) => tf.exp(s).mul(k),
    inverse: (threshold) => threshold.div(k).log(),
  }),
});
