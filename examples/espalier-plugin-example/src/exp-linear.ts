import { defineThresholdFunction, tf } from '@espalier/core';
import * as z from 'zod';

/**
 * An exponential that goes on as its tangent from s = 0 up.
 *
 *   g(s) = k·e^s for s ≤ 0, k·(1 + s) above        g'(s) = k·e^min(s, 0) ≤ k        g⁻¹(τ) = ln(τ/k) for τ ≤ k, τ/k − 1 above
 *
 * The STR paper's choice for recurrent networks where training goes, with a bounded slope where it doesn't: so it fulfils all conditions of
 * the paper's appendix (positive, 0 at −∞, ∞ at ∞, 0 < g' ≤ k), and g'(s) < 1 wherever training starts, for k ≤ 1.
 *
 * Elementwise on any shape. Not in the paper.
 *
 * @example str({ sparsity: 0.95, g: expLinear() })
 * @see Kusupati et al., ICML 2020, appendix A.1, https://arxiv.org/abs/2002.03231
 */
export const expLinear = defineThresholdFunction({
  name: 'exp-linear',
  summary: 'k·e^s below 0, k·(1 + s) above',
  options: z.strictObject({ k: z.number().positive().default(1).describe('Value at s = 0, and slope from there on') }),
  create: ({ k }) => ({
    range: [0, Number.POSITIVE_INFINITY],
    value: (s) => s.minimum(0).exp().add(s.relu()).mul(k),
    derivative: (s) => s.minimum(0).exp().mul(k),
    inverse: (threshold) => {
      const share = threshold.div(k);
      return tf.where(share.lessEqual(1), share.log(), share.sub(1));
    },
  }),
});
