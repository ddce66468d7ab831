import { defineThresholdFunction, tf } from '@espalier/core';
import * as z from 'zod';

/**
 * The softplus: exponential far below, linear far above. It meets all conditions of the paper's appendix, which neither of the paper's own
 * choices does.
 *
 *   g(s) = k·ln(1 + e^s)        g'(s) = k/(1 + e^(−s)) < k        g⁻¹(τ) = ln(e^(τ/k) − 1) = τ/k + ln(1 − e^(−τ/k))
 *
 * Not in the paper.
 *
 * @see Kusupati et al., ICML 2020, appendix A.1, https://arxiv.org/abs/2002.03231
 */
export const softplus = defineThresholdFunction({
  name: 'softplus',
  summary: 'k·ln(1 + e^s), exponential below and linear above',
  options: z.strictObject({ k: z.number().positive().default(1).describe('Slope far above') }),
  create: ({ k }) => ({
    range: [0, Number.POSITIVE_INFINITY] as const,
    value: (s) => tf.softplus(s).mul(k),
    derivative: (s) => tf.sigmoid(s).mul(k),
    inverse: (threshold) => {
      const share = threshold.div(k);
      return share.add(share.neg().expm1().neg().log());
    },
  }),
});
