import {
  type Allowance,
  allowanceOf,
  countsLeft,
  firstOut,
  isExact,
  keepSurvivors,
  type PrunedLayer,
  readFloats,
  selectWithin,
  soft,
  type ThresholdFunction,
  type ThresholdOperator,
  tf,
  usesUp,
} from '@espalier/core';

/** What STR learns in a layer: s, of any shape that broadcasts against the kernel; several layers may share one. */
export interface StrState {
  readonly s: tf.Variable;
}
type Layers = readonly PrunedLayer<StrState>[];

/** Where the thresholds of a g live: at negative s (sigmoid, exp), or at positive s, if g(0) is no threshold yet (identity, power). */
export type Side = -1 | 1;

export const sideOf = (g: ThresholdFunction): Side => ((readFloats(() => g.value(tf.scalar(0)))[0] as number) > 0 ? -1 : 1);

/** Scaling needs an s that is not 0: whatever is nearer to 0, or on the other side, counts as this. */
export const NEAREST_S: Readonly<Record<Side, number>> = { [-1]: -0.01, 1: 1e-8 };

/** Beyond every weight. A layer that lost all of them is scaled up with the others at every correction, or its s would overflow. */
const FARTHEST_S = 1e6;

/** |s| of the largest s where the thresholds of a scaled network end, instead of at −∞ or 0, from which no s could be scaled back. */
const NO_THRESHOLD: Readonly<Record<Side, number>> = { [-1]: 1e6, 1: 1e-6 };

/**
 * Moves the thresholds so that (1 − sparsity) of all weights survive, by one common factor c on every s:
 *
 *   weight i of layer l survives  ⇔  g⁻¹(|W_i|) > c·s_l  ⇔  score_i = g⁻¹(|W_i|)/|s_l| > c·sign(s_l)
 *
 * so c·sign(s) is the (k + 1)-th largest score of the network: negative where thresholds live at s < 0, positive where they live at s > 0.
 * L2 on s is a multiplication of every s by (1 − ηλ); c takes its place, and the ratios between layers stay what the task gradient made
 * them. Exact but for float rounding at the boundary; `makeExact` removes that.
 *
 * At s > 0 that is less gentle: the task drives an s to 0, where its ratio to the others ends, and others may rise until a layer is gone.
 */
export const scaleToSparsity = (layers: Layers, g: ThresholdFunction, sparsity: number): void =>
  scaleWithin(layers, g, allowanceOf(kernelsOf(layers), { sparsity }));

/** The same for whatever is to fit an allowance: c·sign(s) is the score at which the beginning of the ranking ends that fits. */
export function scaleWithin(layers: Layers, g: ThresholdFunction, allowance: Allowance): void {
  const side = sideOf(g);
  const factor = tf.tidy(() => firstOut(scores(layers, g, side), allowance));
  if (factor !== undefined) scale(layers, factor, side);
}

/**
 * Scales once more, then makes the count exact to the weight: exactly k survivors by rank, equal scores by position. Losers are set to 0
 * (with an operator that pools, only those that rounding or a tie would let through), and s is lowered by a few units in the last place
 * where it would take a survivor away. Where fewer than k weights are nonzero, all of them survive. A second call changes nothing.
 *
 * @param operator Says what survives a threshold.
 */
export const makeExact = (layers: Layers, g: ThresholdFunction, sparsity: number, operator: ThresholdOperator = soft()): void =>
  makeExactWithin(layers, g, allowanceOf(kernelsOf(layers), { sparsity }), operator);

/** The same for whatever is to fit an allowance: the survivors by `selectWithin`. */
export function makeExactWithin(layers: Layers, g: ThresholdFunction, allowance: Allowance, operator: ThresholdOperator): void {
  const effective = ({ kernel, state }: Layers[number]) => operator.apply(kernel.weight, g.value(state.s));
  const sizes = layers.map(({ kernel }) => kernel.size);
  if (operator.pools ? usesUp(allowance, countsLeft(layers, effective), sizes) : isExact(layers, effective, allowance)) return;
  const zero = operator.pools ? 'intruders' : 'all';
  const side = sideOf(g);
  const ranked = scores(layers, g, side);
  const masks = selectWithin(ranked, allowance);
  const factor = firstOut(ranked, allowance);
  if (factor !== undefined) scale(layers, factor, side);
  layers.forEach(({ kernel, state }, i) => {
    keepSurvivors(kernel.weight, masks[i] as tf.Tensor, { variable: state.s, threshold: g.value, operator, zero });
  });
}

/** Takes the thresholds as near to 0 as leaves them able to be scaled back. */
export function openThresholds(layers: Layers, g: ThresholdFunction): void {
  scale(layers, Number.NEGATIVE_INFINITY, sideOf(g));
}

// --- helpers ---

const kernelsOf = (layers: Layers) => layers.map(({ kernel }) => kernel);

const scores = (layers: Layers, g: ThresholdFunction, side: Side): tf.Tensor[] =>
  layers.map(({ kernel, state }) => tf.tidy(() => g.inverse(kernel.weight.abs()).div(magnitude(state.s, side))));

const onSide = (s: tf.Tensor, side: Side): tf.Tensor =>
  side < 0 ? s.minimum(NEAREST_S[side]) : s.clipByValue(NEAREST_S[side], FARTHEST_S);

/** |s|, for an s that the task gradient may have carried to the other side. */
const magnitude = (s: tf.Tensor, side: Side): tf.Tensor => onSide(s, side).mul(side);

/** A factor of −∞ or 0, from a weight that is 0, takes all thresholds as near to 0 as keeps the ratios. */
function scale(layers: Layers, factor: number, side: Side): void {
  const all = new Set(layers.map(({ state }) => state.s));
  const largest = () => Math.max(...[...all].map((s) => readFloats(() => magnitude(s, side).max())[0] as number));
  const degenerate = side < 0 ? factor === Number.NEGATIVE_INFINITY : factor <= 0;
  const finite = degenerate ? (side * NO_THRESHOLD[side]) / largest() : factor;
  for (const s of all) s.assign(onSide(magnitude(s, side).mul(finite), side));
}
