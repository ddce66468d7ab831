import { component, definePruner, soft, sparsityOption, targetOptions, thresholdedPruner } from '@espalier/core';
import * as z from 'zod';
import { subgradient } from './estimators/subgradient.ts';
import { learned } from './learned.ts';

/**
 * Any point of the grid threshold source × operator × estimator: `Ŵ = operator(W, τ)`, whose τ is the source's and whose gradients are the
 * estimator's. The defaults are STR.
 *
 *   STR    learned × soft × subgradient
 *   DNW    top-k (in every step, hold: 'set') × hard × straight-through
 *   GMP    top-k (cubic, every 25 steps, freeze, hold: 'set') × hard × masked
 *   ST-3   global-quantile (repeat: 'filter') × soft-rescaled × straight-through
 *   Feather  global-quantile × feather × leaky
 *
 * Shapes: kernels of any rank; the source says how many weights share a threshold.
 * Gradient: the estimator's.
 * Differs from the papers: `str`, `dnw`, `gmp`, `st-3` and `feather` say in what.
 *
 * @throws `E_OPTIONS` where the source can't lead to the sparsity, or can't run free with `sparsity: null`.
 * @example thresholded({ sparsity: 0.95, source: topKThreshold({ hold: 'set' }), operator: hard(), estimator: straightThrough() })
 */
export const thresholded = definePruner({
  name: 'thresholded',
  summary: 'Any threshold source × operator × estimator; by default STR',
  options: z.strictObject({
    ...targetOptions,
    sparsity: sparsityOption.nullable().default(0.9).describe('Fraction of the weights to remove; null lets the source run free'),
    source: component('threshold-source').default(learned()).describe('Where the threshold comes from'),
    operator: component('operator').default(soft()).describe('What it does to a weight'),
    estimator: component('estimator').default(subgradient()).describe('What flows back through it'),
  }),
  create: thresholdedPruner,
});
