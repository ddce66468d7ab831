import { defineThresholdFunction, tf } from '@espalier/core';
import * as z from 'zod';
import { boundedInverse, TOP } from './bounded-inverse.ts';

const S_AT_TOP = (TOP - 0.5) / Math.sqrt(TOP * (1 - TOP));

/**
 * The algebraic sigmoid, between the logistic function and the arc tangent: its tail falls as 1/(4s²).
 *
 *   g(s) = k·(1 + s/√(1 + s²))/2        g'(s) = k/(2·(1 + s²)^(3/2))        g⁻¹(τ) = (u − ½)/√(u·(1 − u)), u = τ/k
 *
 * Computed as k·sin²(½·atan2(1, −s)), which is the same and loses no digit far below, where the fraction is −1 in float32.
 * Not in the paper; bounded by k, so it meets the appendix's condition g → ∞ only in part.
 *
 * @see Kusupati et al., ICML 2020, appendix A.1, https://arxiv.org/abs/2002.03231
 */
export const algebraic = defineThresholdFunction({
  name: 'algebraic',
  summary: 'k·(1 + s/√(1 + s²))/2, with a tail that falls as 1/s²',
  options: z.strictObject({ k: z.number().positive().default(1).describe('Supremum') }),
  create: ({ k }) => ({
    range: [0, k] as const,
    value: (s) => tf.atan2(1, s.neg()).div(2).sin().square().mul(k),
    derivative: (s) => tf.div(k / 2, s.square().add(1).pow(1.5)),
    inverse: (threshold) =>
      boundedInverse(threshold, k, {
        inverse: (share) => share.sub(0.5).div(share.mul(tf.sub(1, share)).sqrt()),
        atTop: S_AT_TOP,
        slope: 2 * (1 + S_AT_TOP ** 2) ** 1.5,
      }),
  }),
});
