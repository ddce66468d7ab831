import { defineThresholdFunction, tf } from '@espalier/core';
import * as z from 'zod';
import { boundedInverse, TOP } from './bounded-inverse.ts';

const S_AT_TOP = 1 / Math.tan(Math.PI * (1 - TOP));

/**
 * The arc tangent, moved up to be positive. Its tail falls only as 1/|s|, so a threshold can be felt, and moved by the task, from afar.
 *
 *   g(s) = k·(½ + arctan(s)/π)        g'(s) = k/(π·(1 + s²))        g⁻¹(τ) = −cot(π·τ/k)
 *
 * Computed as k·atan2(1, −s)/π, which is the same and loses no digit far below.
 * Not in the paper; bounded by k, so it meets the appendix's condition g → ∞ only in part. A threshold of 0.001·k lies at s = −318: the
 * sInit of a sigmoid, −3200 say, starts from 0.0001·k and rises slowly.
 *
 * @see Kusupati et al., ICML 2020, appendix A.1, https://arxiv.org/abs/2002.03231
 */
export const arctan = defineThresholdFunction({
  name: 'arctan',
  summary: 'k·(½ + arctan(s)/π), with a tail that falls as 1/|s|',
  options: z.strictObject({ k: z.number().positive().default(1).describe('Supremum') }),
  create: ({ k }) => ({
    range: [0, k] as const,
    value: (s) => tf.atan2(1, s.neg()).mul(k / Math.PI),
    derivative: (s) => tf.div(k / Math.PI, s.square().add(1)),
    inverse: (threshold) =>
      boundedInverse(threshold, k, {
        // From the nearer end, since float32 has few digits of an angle near π.
        inverse: (share) => {
          const nearest = share.minimum(tf.sub(1, share));
          return share.sub(0.5).sign().div(nearest.mul(Math.PI).tan());
        },
        atTop: S_AT_TOP,
        slope: Math.PI * (1 + S_AT_TOP ** 2),
      }),
  }),
});
