import { defineEstimator } from '@espalier/core';
import * as z from 'zod';
import { excess, thresholdGradient } from './gates.ts';

/**
 * A straight-through estimator with an end: weights within c below the threshold get the gradient too, those further down none.
 *
 *   a = |W| − τ        ∂L/∂W = G·1{a > −c}        ∂L/∂τ = −Σ G·sign(W)·1{|a| ≤ c}
 *
 * A weight that has fallen out of reach stays where it is, but for decay. The threshold's gradient is that of a soft threshold, from the
 * weights in the window around it only: the others stay on their side of it anyway.
 */
export const clipped = defineEstimator({
  name: 'clipped',
  summary: 'All of the gradient down to a margin below the threshold, none further down',
  options: z.strictObject({ c: z.number().min(0).default(0.02).describe('Margin around the threshold, in units of weight') }),
  create: ({ c }) => ({
    gradientsOf: ({ weight, threshold }) => excess(weight, threshold).greaterEqual(-c),
    backward({ upstream, weight, threshold }) {
      const distance = excess(weight, threshold);
      const inWindow = distance.abs().lessEqual(c).cast('float32');
      return {
        weight: upstream.mul(distance.greater(-c).cast('float32')),
        threshold: thresholdGradient(upstream, weight, inWindow, threshold),
      };
    },
  }),
});
