import { defineEstimator, sumToShape, tf } from '@espalier/core';
import * as z from 'zod';

/**
 * The gradient of a soft threshold whose corner is a piece of a parabola: it rises in a line from 0 to 1 as |W| goes from τ − c to τ + c.
 *
 *   a = |W| − τ        m = min(1, max(0, (a + c)/2c))        ∂L/∂W = G·m        ∂L/∂τ = −Σ G·sign(W)·m
 *
 * with G = ∂L/∂Ŵ, over the weights that share a threshold. It is the true gradient of sign(W)·h(a), away from W = 0, with h(a) = 0 below −c,
 * (a + c)²/4c up to c and a above; the forward pass stays the operator's, with its exact zeros. A weight just below the threshold can come
 * back; one that is further down than c gets nothing, where the softplus's corner reaches all. As c tends to 0 it becomes `subgradient`.
 *
 * @param options.c In units of weight.
 * @example str({ sparsity: 0.95, estimator: roundedCorner({ c: 0.01 }) })
 * @see Chapelle, Neural Computation 2007, https://doi.org/10.1162/neco.2007.19.5.1155, for a hinge rounded like this
 */
export const roundedCorner = defineEstimator({
  name: 'rounded-corner',
  summary: 'The gradient of a soft threshold with a parabola for its corner',
  options: z.strictObject({ c: z.number().positive().default(0.02).describe('Half the width of the corner, in units of weight') }),
  create: ({ c }) => ({
    gradientsOf: ({ weight, threshold }) => excess(weight, threshold).greater(-c),
    backward({ upstream, weight, threshold }) {
      const gate = excess(weight, threshold)
        .add(c)
        .div(2 * c)
        .clipByValue(0, 1);
      return {
        weight: upstream.mul(gate),
        threshold: sumToShape(upstream.mul(weight.sign()).mul(gate).neg(), threshold.shape),
      };
    },
    isGradientOf({ weight, threshold }) {
      const a = excess(weight, threshold);
      const corner = a
        .clipByValue(-c, c)
        .add(c)
        .square()
        .div(4 * c);
      return weight.sign().mul(corner.add(tf.relu(a.sub(c))));
    },
  }),
});

// --- helpers ---

/** a = |W| − τ */
const excess = (weight: tf.Tensor, threshold: tf.Tensor): tf.Tensor => weight.abs().sub(threshold);
