import { component, definePruner, soft, sparsityOption, targetOptions, thresholdedPruner } from '@espalier/core';
import * as z from 'zod';
import { subgradient } from './estimators/subgradient.ts';
import { sideOf } from './exact-budget.ts';
import { learned, learnedOptions } from './learned.ts';

/**
 * Soft threshold reparameterization: every layer learns the threshold below which its weights are zero.
 *
 *   Ŵ = sign(W)·max(|W| − g(s), 0)                                         Kusupati et al. 2020, Eq. (1)
 *   min over W, s of  L(Ŵ) + (λ/2)·Σ_ℓ (‖W_ℓ‖² + s_ℓ²)                     Eq. (2)
 *   ∂L/∂W = G·1{|W| > g(s)}        ∂L/∂s = −g'(s)·Σ G·sign(W)·1{|W| > g(s)}   Eqs. (3), (4)
 *
 * with G = ∂L/∂Ŵ. Where the surviving weights want to grow, the task gradient pulls s down; weight decay pushes
 * the negative s up towards 0, and with it the threshold.
 *
 * **With `sparsity`** (the default) the free knob of that balance is solved for: λ on s is 0, and every `every` steps all s are multiplied
 * by one common factor, so that the scheduled share of all weights survives; the layers' ratios are moved by the task gradient alone. At
 * the end the count is exact to the weight. A sigmoid's s has to stay below 0, so its thresholds stay below k/2: above sparsity 0.99 take
 * `exp`.
 *
 * **With `control: 'feedback'` or `'freeze'`** λ leads there, as in the paper: moved by the distance to the schedule, or constant until the
 * target is reached, where s and the mask freeze. At the end the count is exact as well, but what that takes away costs
 * accuracy where the target was missed by much, so their λ has to be found anew for each target and length of training. Scaling needs
 * nothing of that.
 *
 * **With an `allocation`** too, how sparse each layer is comes from there, such as the budget of another method: each s has a factor of its
 * own, and what STR decides is which weights of a layer stay.
 *
 * **With `sparsity: null`**, `sInit` and `decay` it runs free, as in the paper: what sparsity comes out depends on both, on the learning
 * rate and on the task. `decay: 'shared'` is the weights' own λ, as in Eq. (2); a number is the official code's `--st-decay`.
 *
 * It is the point `learned × soft × subgradient` of the grid that `thresholded` spans.
 *
 * Shapes: kernels of any rank; s is a scalar per layer, `[1, …, filters]` per filter (depthwise: `[1, 1, channels,
 * multiplier]`), the kernel's shape per weight, one scalar for all.
 * Differs from the paper: the exact budget; allocations; granularities other than `layer`; g and the estimator can be swapped. The official code lets
 * s be decayed with momentum in a group of its own; so does this.
 *
 * @throws `E_OPTIONS` if `sInit` or `decay` is given without `sparsity: null` or a control that takes it, for options of another control, `sparsity: null` without `sInit`, an `sInit` ≥ 0 for a g
 * whose thresholds live below 0, or an `allocation` with `sparsity: null` or one s for all layers.
 * @example str({ sparsity: 0.95, g: exp() })
 * @example str({ sparsity: null, sInit: -3200, decay: 'shared' })
 * @see https://arxiv.org/abs/2002.03231
 */
export const str = definePruner({
  name: 'str',
  summary: 'Soft threshold reparameterization: thresholds learned per layer (Kusupati et al., 2020)',
  options: z
    .strictObject({
      ...targetOptions,
      sparsity: sparsityOption.nullable().default(0.9).describe('Fraction of the weights to remove; null runs free'),
      g: learnedOptions.g,
      estimator: component('estimator').default(subgradient()).describe('What flows back through the threshold'),
      granularity: learnedOptions.granularity,
      schedule: learnedOptions.schedule,
      every: learnedOptions.every,
      control: learnedOptions.control,
      proportional: learnedOptions.proportional,
      integral: learnedOptions.integral,
      sInit: z.number().optional().describe('Free-running or control "freeze": s at the start; below 0 for a g with g(0) > 0'),
      decay: learnedOptions.decay,
      allocation: learnedOptions.allocation,
    })
    .refine((o) => o.sparsity !== null || o.sInit !== undefined, { message: 'sparsity: null runs free and needs sInit' })
    .refine((o) => o.sInit === undefined || o.sInit < 0 || sideOf(o.g) > 0, {
      message: 'must be below 0: there this g is near 0, and weight decay raises it',
      path: ['sInit'],
    }),
  create: ({ sparsity, multiplyAdds, bytes, estimator, ...source }) =>
    thresholdedPruner({ sparsity, multiplyAdds, bytes, source: learned(source), operator: soft(), estimator }),
});
