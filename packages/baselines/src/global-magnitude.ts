import { component, definePruner, global, magnitude, oneShot, targetOptions } from '@espalier/core';
import * as z from 'zod';
import { scheduledMasks } from './scheduled-masks.ts';

/**
 * Global magnitude pruning: one threshold for all layers together, by default in one shot half-way through the training; what follows is
 * fine-tuning of the survivors.
 *
 *   Ŵ = W ⊙ M,   M = topk(|W|) over all layers
 *
 * It prunes at the first mask update after that point (every `every` steps), and the masks stay once the target is reached. With a
 * schedule that rises (`cubic`, `linear`) it is gradual. With another `allocation` each layer has a threshold of its own: the same pruning
 * in one shot on the budget of another method.
 *
 * Shapes: kernels of any rank; masks have the kernel's shape.
 * Gradient: pruned weights get none; decay and left-over momentum still move their stored values, so a later mask of a gradual schedule
 * can take one back.
 * Differs from the literature: fine-tuning goes on with the run's own learning-rate curve; exactly k weights stay, where code that compares
 * with a quantile keeps more or fewer when magnitudes are equal.
 *
 * @example globalMagnitude({ sparsity: 0.98, schedule: cubic({ start: 0.1, end: 0.6 }) })
 * @see Han et al., NeurIPS 2015, https://arxiv.org/abs/1506.02626; Renda et al., ICLR 2020, https://arxiv.org/abs/2003.02389
 */
export const globalMagnitude = definePruner({
  name: 'global-magnitude',
  summary: 'One magnitude threshold for all layers, one-shot with fine-tuning or gradual (Han et al., 2015)',
  options: z.strictObject({
    ...targetOptions,
    schedule: component('schedule').default(oneShot()).describe('When, or how, the sparsity is approached'),
    score: component('score').default(magnitude()).describe('What ranks the weights'),
    every: z.int().positive().default(25).describe('Steps between mask updates'),
    allocation: component('allocation')
      .default(global())
      .describe('Who says how sparse each layer is, where one threshold for all does not'),
  }),
  create: (options) => scheduledMasks({ ...options, freeze: true, rounding: 'total' }),
});
