import {
  allocateCounts,
  component,
  definePruner,
  type MaskState,
  magnitude,
  masked,
  type PrunedLayer,
  targetOf,
  targetOptions,
  tf,
  topKMasks,
  uniform,
} from '@espalier/core';
import * as z from 'zod';

export interface RigLState extends MaskState {
  /** Number of ones in the mask. */
  readonly places: number;
}

/**
 * RigL: a sparse network from the first step to the last, whose mask moves to where the gradient is large.
 *
 *   Ŵ = W ⊙ M,   M with k places in each layer, random at the start; the allocation says k, and k never changes
 *
 * Every `every` steps, before the share `end` of the training is done, a change of the mask takes the place of a gradient step:
 *
 *   n = ⌊f(t)·k⌋,   f(t) = α/2·(1 + cos(π·t/T_end))         T_end = end·(all steps)
 *   drop    the n smallest |W| in the mask
 *   grow    the n largest |∂L/∂Ŵ| of this batch, among all places that were not kept
 *   a weight that is new in the mask starts at 0, without momentum; one that was dropped and grown at once goes on as it was
 *
 * Shapes: kernels of any rank; masks have the kernel's shape.
 * Gradient: weights outside the mask get none.
 * Differs from the paper: ties go by position, where the official code adds a little noise to magnitudes. Where fewer than n places have a
 * gradient, the rest of the dropped weights stays. The first change is at step `every`, not 0; a change takes a step of the training, where
 * the official code doesn't count it. Weight decay acts on stored weights outside the mask too, which changes nothing: they start at 0 when
 * they come in. The promised number of weights is one of weights that aren't 0, so at the end places whose weight never left 0, for
 * want of a gradient, go to the smallest weights outside the mask that aren't 0.
 *
 * @param options.dropFraction α, the share of a layer's weights that the first change may move.
 * @param options.every ΔT, steps between changes.
 * @param options.end Share of the training after which the mask stays, T_end.
 * @example rigl({ sparsity: 0.95, allocation: erk() })
 * @see Evci et al., ICML 2020, https://arxiv.org/abs/1911.11134
 */
export const rigl = definePruner({
  name: 'rigl',
  summary: 'Drops the smallest weights and grows those with the largest gradients, at constant sparsity (Evci et al., 2020)',
  options: z.strictObject({
    ...targetOptions,
    allocation: component('allocation').default(uniform()).describe('How the sparsity is divided among the layers'),
    dropFraction: z.number().min(0).max(1).default(0.3).describe("Share of a layer's weights that a change moves, at the start"),
    every: z
      .int()
      .min(2, 'must be 2 or more: a change takes the place of a gradient step')
      .default(100)
      .describe('Steps between changes of the mask'),
    end: z.number().gt(0).max(1).default(0.75).describe('Share of the training after which the mask stays as it is'),
  }),
  create: ({ allocation, dropFraction, every, end, ...given }) => {
    const target = targetOf(given);
    const changes = (step: number, { totalSteps }: { readonly totalSteps: number }) =>
      step > 0 && step % every === 0 && step < end * totalSteps;
    return {
      ...target,
      init(kernel, { kernels, shared, random }): RigLState {
        const rule = { ...target, allocation, score: magnitude(), fraction: 1, rounding: 'total' } as const;
        const places = shared('places', () => allocateCounts(kernels, rule)).get(kernel.name) ?? kernel.size;
        const mask = new Float32Array(kernel.size).fill(1, 0, places);
        random(`mask of ${kernel.name}`).shuffle(mask);
        return { places, mask: tf.variable(tf.tensor(mask, [...kernel.shape]), false) };
      },
      reparameterize: (weight, { mask }) => masked(weight, mask),
      gradientsOf: (_, { mask }) => mask.greater(0), // not 'nonzero': a weight that has just grown is 0 and learns
      usesDenseGradients: changes,
      skipsOptimizer: changes,
      afterStep(layers, { step, totalSteps, denseGradients, maskMomentum }) {
        if (!changes(step, { totalSteps })) return;
        const fraction = (dropFraction / 2) * (1 + Math.cos((Math.PI * step) / (end * totalSteps)));
        for (const { kernel, state } of layers) {
          const gradient = denseGradients.get(kernel.name) as tf.Tensor; // there, since `changes` asked for it
          const { mask, stays } = changedMask(kernel.weight, gradient, state, Math.floor(fraction * state.places));
          state.mask.assign(mask);
          kernel.weight.assign(kernel.weight.mul(stays));
          maskMomentum(kernel, stays);
        }
      },
      finish(layers) {
        for (const layer of layers) fillPlaces(layer);
      },
    };
  },
});

// --- helpers ---

/** Drops n weights and grows n. `stays` is 0 for those that start anew. */
function changedMask(weight: tf.Tensor, gradient: tf.Tensor, { mask, places }: { mask: tf.Tensor; places: number }, n: number) {
  const inside = mask.greater(0);
  const [kept] = topKMasks([tf.where(inside, weight.abs(), -1)], places - n) as [tf.Tensor];
  // Largest gradients first; where there is none, weights that were dropped before places outside; what is kept has its place already.
  const steepest = tf.where(gradient.notEqual(0), gradient.abs(), mask.sub(1));
  const [grown] = topKMasks([tf.where(kept.greater(0), -2, steepest)], n) as [tf.Tensor];
  const isNew = grown.greater(0).logicalAnd(inside.logicalNot());
  return { mask: kept.add(grown), stays: isNew.logicalNot().cast('float32') };
}

/** Gives the places of weights that are 0 to the smallest weights outside the mask, which changes the network least. */
function fillPlaces({ kernel: { weight }, state: { mask, places } }: PrunedLayer<RigLState>): void {
  const isLeft = masked(weight, mask).notEqual(0);
  if (isLeft.sum().dataSync()[0] === places) return;
  const outside = tf.where(weight.notEqual(0), weight.abs().neg(), Number.NEGATIVE_INFINITY);
  const [filled] = topKMasks([tf.where(isLeft, 1, outside)], places) as [tf.Tensor];
  mask.assign(filled);
}
