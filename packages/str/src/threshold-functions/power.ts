import { defineThresholdFunction } from '@espalier/core';
import * as z from 'zod';

/**
 * A power of the positive part of s. A control that breaks the paper's conditions on purpose.
 *
 *   g(s) = max(s, 0)^p        g'(s) = p·max(s, 0)^(p−1)        g⁻¹(τ) = τ^(1/p)
 *
 * Of appendix A.1 it violates: g > 0 (it is 0 for s ≤ 0) and 0 < g' ≤ G (the slope is 0 for s ≤ 0, so a threshold that reached 0 stays
 * there, and it has no bound above). Thresholds live at s > 0, where weight decay on s lowers them. |s|^p would take a threshold back up
 * on the other side of 0, but has two s for each threshold, so no inverse.
 *
 * @see Kusupati et al., ICML 2020, appendix A.1, https://arxiv.org/abs/2002.03231
 */
export const power = defineThresholdFunction({
  name: 'power',
  summary: "max(s, 0)^p: a control that violates the paper's conditions",
  options: z.strictObject({ p: z.number().gt(1).default(2).describe('Exponent, above 1') }),
  create: ({ p }) => ({
    range: [0, Number.POSITIVE_INFINITY] as const,
    value: (s) => s.relu().pow(p),
    derivative: (s) =>
      s
        .relu()
        .pow(p - 1)
        .mul(p),
    inverse: (threshold) => threshold.pow(1 / p),
  }),
});
