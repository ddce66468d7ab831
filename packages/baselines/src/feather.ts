import {
  component,
  cubic,
  definePruner,
  featherOperator,
  globalQuantile,
  targetOf,
  targetOptions,
  thresholdedPruner,
} from '@espalier/core';
import * as z from 'zod';
import { leak } from './leak.ts';

/** Above this sparsity the official code lets half of the gradient through below the threshold, else all of it. */
const HIGH_SPARSITY = 0.95;

/**
 * Feather: a threshold between soft and hard, at the rising quantile of all magnitudes, and gradients that reach pruned weights too.
 *
 *   Ŵ = sign(W)·(|W|^p − τ^p)^(1/p) where |W| > τ, else 0
 *   ∂L/∂W = G where |W| > τ, θ·G elsewhere
 *   τ = quantile of all |W| at  s_t = s_f·(1 − (1 − t/t₁)³),  t₁ half of the training
 *
 * Shapes: kernels of any rank; one threshold for all.
 * Gradient: pruned weights get the share θ, so they can return.
 * Differs from the paper: time is the progress of the training; the final count is exact to the weight. There the norm of the gradient is
 * clipped at 3, which is a matter of the training here.
 *
 * @param options.theta Default: 1 up to sparsity 0.95, 0.5 above; 1 for a budget of multiply-adds or bytes.
 * @example feather({ sparsity: 0.98 })
 * @see Glentis Georgoulakis, Retsinas & Maragos, BMVC 2023, https://arxiv.org/abs/2310.02448
 */
export const feather = definePruner({
  name: 'feather',
  summary: 'A global threshold between soft and hard, with a leak for pruned weights (Glentis Georgoulakis et al., 2023)',
  options: z.strictObject({
    ...targetOptions,
    schedule: component('schedule')
      .default(cubic({ end: 0.5 }))
      .describe('How the sparsity is approached'),
    every: z.int().positive().default(1).describe('Steps between updates of the threshold'),
    p: z.number().min(1).default(3).describe('1 is a soft threshold; the larger, the nearer to hard'),
    theta: z.number().min(0).max(1).optional().describe('Share of the gradient for pruned weights'),
  }),
  create: ({ schedule, every, p, theta, ...target }) =>
    thresholdedPruner({
      ...target,
      source: globalQuantile({ schedule, every }),
      operator: featherOperator({ p }),
      estimator: leak(theta ?? usualTheta(target)),
    }),
});

// --- helpers ---

const usualTheta = (given: Parameters<typeof targetOf>[0]): number => {
  const target = targetOf(given);
  return target && 'sparsity' in target && target.sparsity > HIGH_SPARSITY ? 0.5 : 1;
};
