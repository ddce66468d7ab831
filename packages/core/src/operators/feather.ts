import * as z from 'zod';
import { defineOperator } from '../component.ts';

/** In place of 0 under a fraction: the smallest number that float32 keeps all digits of, rounded up. */
const TINY = 1e-37;

/** Of a derivative, which is unbounded next to the threshold. */
const STEEPEST = 10;

/**
 * Feather's threshold, between soft (p = 1) and hard (p → ∞): it shrinks what is near the threshold and hardly touches what is far above.
 *
 *   Ŵ = sign(W)·(|W|^p − τ^p)^(1/p) where |W| > τ, else exactly 0
 *   ∂Ŵ/∂W = (|W|/|Ŵ|)^(p−1)        ∂Ŵ/∂τ = −sign(W)·(τ/|Ŵ|)^(p−1)        where |W| > τ, each at most 10 in magnitude
 *
 * Both derivatives grow without bound as |W| falls to τ: for p = 3 a weight one float above it would get 20,000 times its gradient, and a
 * single one of those ends a training. So they are cut at 10, which for p = 3 changes them within 1.1 % above the threshold and nowhere
 * else. Computed as W·(1 − (τ/|W|)^p)^(1/p), in which no power of a small weight is rounded to 0.
 * A threshold below 0 counts as 0.
 *
 * Differs from the paper: it never uses these derivatives. Its backward pass lets G through above the threshold and θ·G below, with a
 * threshold that is scheduled, not learned: that is the estimator `leaky` with alpha = θ.
 *
 * @see Glentis Georgoulakis et al., BMVC 2023, https://github.com/athglentis/feather
 */
export const featherOperator = defineOperator({
  name: 'feather',
  summary: 'Zero below the threshold, shrunk just above and hardly further up',
  options: z.strictObject({ p: z.number().min(1).default(3).describe('1 is soft; the larger, the nearer to hard') }),
  create: ({ p }) => ({
    apply(weight, threshold) {
      const share = threshold.div(weight.abs().maximum(TINY)).clipByValue(0, 1);
      const root = share
        .pow(p)
        .neg()
        .add(1)
        .pow(1 / p);
      return weight.mul(root);
    },
    derivatives(weight, threshold, effective) {
      const left = effective.abs().maximum(TINY);
      const slope = (magnitude: typeof weight) =>
        magnitude
          .div(left)
          .pow(p - 1)
          .minimum(STEEPEST);
      return {
        weight: slope(weight.abs()).mul(effective.notEqual(0).cast('float32')),
        threshold: slope(threshold.relu()).mul(effective.sign().neg()),
      };
    },
  }),
});
