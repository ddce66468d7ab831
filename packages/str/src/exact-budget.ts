import { keepCount, kthLargestScore, type PrunedLayer, readFloats, sumToShape, type ThresholdFunction, tf, topK } from '@espalier/core';

/** What STR learns in a layer: s, of any shape that broadcasts against the kernel; several layers may share one. */
export interface StrState {
  readonly s: tf.Variable;
}
type Layers = readonly PrunedLayer<StrState>[];

/** Scaling needs s < 0: above this, s counts as this. */
export const HIGHEST_S = -0.01;

/** Instead of −∞, from which no s could be scaled back; far below where g can be told from 0. */
const LOWEST_S = -1e6;

/**
 * Moves the thresholds so that (1 − sparsity) of all weights survive, by one common factor on every s:
 *
 *   weight i of layer l survives  ⇔  g⁻¹(|W_i|) > c·s_l  ⇔  score_i = g⁻¹(|W_i|)/|s_l| > −c
 *
 * so −c is the (k + 1)-th largest score of the network. L2 on s is a multiplication of every s by (1 − ηλ); c takes its place, and the
 * ratios between layers stay what the task gradient made them. Exact but for float rounding at the boundary; `makeExact` removes that.
 */
export function scaleToSparsity(layers: Layers, g: ThresholdFunction, sparsity: number): void {
  const size = totalSize(layers);
  const keep = keepCount(size, sparsity);
  if (keep >= size) return;
  scale(layers, kthLargestScore(scores(layers, g), keep + 1));
}

/**
 * Scales once more, then makes the count exact to the weight: exactly k survivors by rank, equal scores by position. Losers that rounding
 * or a tie would let through are set to 0, and s is lowered by a few units in the last place where it would take a survivor away. Where
 * fewer than k weights are nonzero, all of them survive.
 */
export function makeExact(layers: Layers, g: ThresholdFunction, sparsity: number): void {
  const size = totalSize(layers);
  const keep = keepCount(size, sparsity);
  const ranked = scores(layers, g);
  const masks = topK(ranked, keep).map((mask, i) => tf.tensor(mask, [...(layers[i] as Layers[number]).kernel.shape]));
  if (keep < size) scale(layers, kthLargestScore(ranked, keep + 1));
  layers.forEach(({ kernel, state }, i) => {
    const mask = masks[i] as tf.Tensor;
    kernel.weight.assign(kernel.weight.mul(mask));
    lowerBelowSurvivors(kernel.weight, mask, state.s, g);
  });
}

// --- helpers ---

const totalSize = (layers: Layers): number => layers.reduce((sum, { kernel }) => sum + kernel.size, 0);

const scores = (layers: Layers, g: ThresholdFunction): Float32Array[] =>
  layers.map(({ kernel, state }) => readFloats(() => g.inverse(kernel.weight.abs()).div(magnitude(state.s))));

/** |s|, for an s that the task gradient may have carried above `HIGHEST_S`. */
const magnitude = (s: tf.Tensor): tf.Tensor => s.minimum(HIGHEST_S).neg();

/** A factor of −∞, from a weight that is 0, takes all thresholds as near to 0 as keeps the ratios. */
function scale(layers: Layers, factor: number): void {
  const all = new Set(layers.map(({ state }) => state.s));
  const largest = () => Math.max(...[...all].map((s) => readFloats(() => magnitude(s).max())[0] as number));
  const finite = factor === Number.NEGATIVE_INFINITY ? LOWEST_S / largest() : factor;
  for (const s of all) s.assign(magnitude(s).mul(finite).minimum(HIGHEST_S));
}

/** Steps from the last place of s up to 512 times s: more than enough to bring g(s) from anywhere to 0. */
const MOST_ROUNDS = 32;

/** Lowers each threshold by growing steps until it takes no survivor away. A survivor that is 0 itself is none. */
function lowerBelowSurvivors(weight: tf.Variable, mask: tf.Tensor, s: tf.Variable, g: ThresholdFunction): void {
  for (let round = 0, step = 2 ** -22; round < MOST_ROUNDS; round++, step *= 2) {
    const lost = weight.abs().lessEqual(g.value(s)).logicalAnd(mask.cast('bool')).logicalAnd(weight.notEqual(0));
    const lostPerThreshold = sumToShape(lost.cast('float32'), s.shape);
    if (lostPerThreshold.sum().dataSync()[0] === 0) return;
    s.assign(tf.where(lostPerThreshold.greater(0), s.sub(s.abs().mul(step)), s));
  }
}
