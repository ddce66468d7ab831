import { definePruner, hard, type PrunedLayer, type Pruner, tf, thresholdedPruner } from '@espalier/core';
import * as z from 'zod';
import { longTail } from './estimators/long-tail.ts';
import type { StrState } from './exact-budget.ts';
import { learned } from './learned.ts';
import { identity } from './threshold-functions/identity.ts';

/** A layer with no larger share of its weights left starts anew. */
const LEAST_DENSITY = 0.01;

/**
 * Dynamic sparse training: every filter learns the threshold below which its weights are masked; a penalty raises all thresholds.
 *
 *   Ŵ = W·1{|W| > t}                                                  t per filter, 0 at the start
 *   ∂L/∂W = G·(1{a > 0} + |W|·h(a))        ∂L/∂t = −Σ G·W·h(a)        a = |W| − t, h the long-tail slope of the step
 *   loss + α·Σ e^(−t)
 *
 * Where at most 1 % of a layer's weights are left after a step, its thresholds go back to 0. It runs free: what sparsity comes out depends
 * on α, on the learning rate and on the task. On an exact budget, with α solved for by scaling, it is the grid's point
 * `thresholded({ sparsity, source: learned({ g: identity(), granularity: 'filter' }), operator: hard(), estimator: longTail() })`.
 *
 * Shapes: kernels of any rank; t is `[1, …, filters]`.
 * Gradient: pruned weights near the threshold get one too.
 * Differs from the paper: the 1 % is looked at after a step instead of before the next one, which is the same sequence. Weight decay acts
 * on t as on the weights, as there.
 *
 * @example dst({ alpha: 5e-4 })
 * @see Liu et al., ICLR 2020, https://arxiv.org/abs/2005.06870
 */
export const dst = definePruner({
  name: 'dst',
  summary: 'Thresholds learned per filter under a penalty, free-running (Liu et al., 2020)',
  options: z.strictObject({
    alpha: z.number().min(0).default(5e-6).describe('Weight of the penalty that raises thresholds'),
  }),
  create: ({ alpha }): Pruner<StrState> => ({
    ...thresholdedPruner({
      sparsity: null,
      source: learned({ g: identity(), granularity: 'filter', sInit: 0 }),
      operator: hard(),
      estimator: longTail(),
    }),
    penalty: (layers) => tf.addN(layers.map(({ state: { s } }) => s.neg().exp().sum())).mul(alpha) as tf.Scalar,
    afterStep: (layers) => {
      for (const layer of layers) resetIfDead(layer);
    },
  }),
});

// --- helpers ---

function resetIfDead({ kernel: { weight }, state: { s } }: PrunedLayer<StrState>): void {
  const density = weight.abs().greater(s).cast('float32').mean();
  s.assign(s.mul(density.greater(LEAST_DENSITY).cast('float32')));
}
