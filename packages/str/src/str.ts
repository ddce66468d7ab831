import { component, cubic, definePruner, type Kernel, soft, sparsityOption, tf, thresholded } from '@espalier/core';
import * as z from 'zod';
import { subgradient } from './estimators/subgradient.ts';
import { HIGHEST_S, makeExact, type StrState, scaleToSparsity } from './exact-budget.ts';
import { sigmoid } from './threshold-functions/sigmoid.ts';

/** Where every threshold starts on an exact budget: hardly visible. The first correction moves it anyway. */
const FIRST_THRESHOLD = 1e-3;

const operator = soft();

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
 * the end the count is exact to the weight. This needs s < 0, so a sigmoid's thresholds stay below k/2: above sparsity 0.99 take `exp`.
 *
 * **With `sparsity: null`**, `sInit` and `decay` it runs free, as in the paper: what sparsity comes out depends on both, on the learning
 * rate and on the task. `decay: 'shared'` is the weights' own λ, as in Eq. (2); a number is the official code's `--st-decay`.
 *
 * Shapes: kernels of any rank; s is a scalar per layer, `[1, …, filters]` per filter (depthwise: `[1, 1, channels,
 * multiplier]`), the kernel's shape per weight, one scalar for all.
 * Differs from the paper: the exact budget; granularities other than `layer`; g and the estimator can be swapped. The official code lets
 * s be decayed with momentum in a group of its own; so does this.
 *
 * @throws `E_OPTIONS` if `sInit` or `decay` is given without `sparsity: null`, or `sparsity: null` without `sInit`.
 * @example str({ sparsity: 0.95, g: exp() })
 * @example str({ sparsity: null, sInit: -3200, decay: 'shared' })
 * @see https://arxiv.org/abs/2002.03231
 */
export const str = definePruner({
  name: 'str',
  summary: 'Soft threshold reparameterization: thresholds learned per layer (Kusupati et al., 2020)',
  options: z
    .strictObject({
      sparsity: sparsityOption.nullable().default(0.9).describe('Fraction of the weights to remove; null runs free'),
      g: component('threshold-function').default(sigmoid()).describe('From s to the threshold'),
      estimator: component('estimator').default(subgradient()).describe('What flows back through the threshold'),
      granularity: z.enum(['layer', 'filter', 'weight', 'global']).default('layer').describe('Weights that share a threshold'),
      schedule: component('schedule')
        .default(cubic({ end: 0.5 }))
        .describe('How the sparsity is approached'),
      every: z.int().positive().default(5).describe('Steps between corrections; above 10 accuracy suffers'),
      sInit: z.number().negative().optional().describe('Free-running: s at the start'),
      decay: z
        .union([z.literal('shared'), z.number().min(0)])
        .optional()
        .describe('Free-running: L2 on s; "shared", the default, is that of the weights'),
    })
    .refine((o) => o.sparsity === null || (o.sInit === undefined && o.decay === undefined), {
      message: 'sInit and decay let the sparsity fall out by itself: give them with sparsity: null, or leave them out',
    })
    .refine((o) => o.sparsity !== null || o.sInit !== undefined, { message: 'sparsity: null runs free and needs sInit' }),
  create: ({ sparsity, g, estimator, granularity, schedule, every, sInit, decay }) => ({
    ...(sparsity === null ? {} : { sparsity }),
    ...(sparsity === null ? (typeof decay === 'number' ? { stateDecay: decay } : {}) : { stateDecay: 0 }),

    init(kernel, { shared }): StrState {
      const newS = () => {
        const start = sInit ?? Math.min(HIGHEST_S, g.inverse(tf.scalar(FIRST_THRESHOLD)).dataSync()[0] as number);
        return tf.variable(tf.fill(shapeOfS(kernel, granularity), start));
      };
      return { s: granularity === 'global' ? shared('s', newS) : newS() };
    },

    reparameterize: (weight, { s }, { progress }) => thresholded(weight, g.value(s), { operator, estimator, progress }),

    beforeStep(layers, { step, totalSteps }) {
      if (sparsity === null || step % every !== 0) return;
      scaleToSparsity(layers, g, sparsity * schedule.at(step / totalSteps));
    },

    finish(layers) {
      if (sparsity !== null) makeExact(layers, g, sparsity);
    },

    threshold: ({ s }) => g.value(s),
  }),
});

// --- helpers ---

function shapeOfS({ shape, filterAxes }: Kernel, granularity: 'layer' | 'filter' | 'weight' | 'global'): number[] {
  if (granularity === 'weight') return [...shape];
  if (granularity === 'filter') return shape.map((size, axis) => (filterAxes.includes(axis) ? size : 1));
  return [];
}
