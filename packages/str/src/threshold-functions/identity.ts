import { defineThresholdFunction } from '@espalier/core';
import * as z from 'zod';

/**
 * The identity: the threshold is learned as it is. A control that breaks the paper's conditions on purpose.
 *
 *   g(s) = s        g'(s) = 1        g⁻¹(τ) = τ
 *
 * Of appendix A.1 it violates: g > 0 (it is negative below 0, and an operator needs a threshold of at least 0), g → 0 at −∞ (it tends to
 * −∞), and g'(s) < 1 at the start (it is 1 everywhere). Thresholds live at s > 0, where weight decay on s lowers them instead of raising
 * them: a free-running STR does not prune by itself with it.
 *
 * @see Kusupati et al., ICML 2020, appendix A.1, https://arxiv.org/abs/2002.03231
 */
export const identity = defineThresholdFunction({
  name: 'identity',
  summary: "s itself: a control that violates the paper's conditions",
  options: z.strictObject({}),
  create: () => ({
    range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const,
    value: (s) => s.clone(),
    derivative: (s) => s.onesLike(),
    inverse: (threshold) => threshold.clone(),
  }),
});
