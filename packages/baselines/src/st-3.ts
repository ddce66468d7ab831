import { component, cubic, definePruner, globalQuantile, soft, softRescaled, targetOptions, thresholdedPruner } from '@espalier/core';
import * as z from 'zod';
import { leak } from './leak.ts';

/**
 * ST-3: a soft threshold that rises with the quantile of all magnitudes, and gradients straight through to every weight.
 *
 *   Ŵ = c·sign(W)·max(|W| − τ, 0)      c = 1.01/(r + 0.01) per filter,  r = (mean |W|·1{|W| > τ} + 1e-6)/(mean |W| + 1e-6)
 *   ∂L/∂W = G                          c is taken for a constant
 *   τ = quantile of all |W| at  s_t = s_f·(1 − (1 − p)³)
 *
 * With `sigma` (ST-3σ) a layer's threshold is τ/√(sum of its kernel's dimensions) and the quantile is that of |W|·√(…), which prunes the
 * layers more evenly and costs fewer multiply-adds.
 *
 * Shapes: kernels of any rank; the threshold is repeated per filter, for the factor c.
 * Gradient: all weights get that of their effective weight, pruned ones too, so they can return.
 * Differs from the paper: time is the progress of the training, the ramp from 5 % to 50 % of it; the final count is exact to the weight.
 * There the norm of the gradient is clipped at 3, which is a matter of the training here.
 *
 * @example st3({ sparsity: 0.95, sigma: true })
 * @see Vanderschueren & De Vleeschouwer, WACV 2023, https://arxiv.org/abs/2212.01076
 */
export const st3 = definePruner({
  name: 'st-3',
  summary: 'A rising global soft threshold, gradients straight through (Vanderschueren & De Vleeschouwer, 2023)',
  options: z.strictObject({
    ...targetOptions,
    schedule: component('schedule')
      .default(cubic({ start: 0.05, end: 0.5 }))
      .describe('How the sparsity is approached'),
    every: z.int().positive().default(1).describe('Steps between updates of the threshold'),
    sigma: z.boolean().default(false).describe("ST-3σ: divide a layer's threshold by √(sum of its kernel's dimensions)"),
    rescale: z.boolean().default(true).describe('Scale the filters up to make good for what was lost'),
  }),
  create: ({ schedule, every, sigma, rescale, ...target }) =>
    thresholdedPruner({
      ...target,
      source: globalQuantile({ schedule, every, scale: sigma ? 'dimensions' : 'none', repeat: rescale ? 'filter' : 'layer' }),
      operator: rescale ? softRescaled() : soft(),
      estimator: leak(1),
    }),
});
