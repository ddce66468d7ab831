import type { ThresholdOperator } from '../kinds/operator.ts';
import type { PrunedLayer } from '../kinds/pruner.ts';
import { type Allowance, costOf } from '../targets/allowance.ts';
import { tf } from '../tf.ts';
import { sumToShape } from '../thresholded.ts';

type Effective<State> = (layer: PrunedLayer<State>) => tf.Tensor;

/** Weights that are left, by layer. */
export const countsLeft = <State>(layers: readonly PrunedLayer<State>[], effective: Effective<State>): number[] =>
  layers.map((layer) => effective(layer).notEqual(0).cast('int32').sum().dataSync()[0] as number);

/**
 * True if all that is pruned is stored as 0 already and what is left fits an allowance: what a budget looks like that was made exact by
 * setting all losers to 0.
 */
export function isExact<State>(layers: readonly PrunedLayer<State>[], effective: Effective<State>, allowance: Allowance): boolean {
  const agrees = (layer: PrunedLayer<State>) => effective(layer).notEqual(0).equal(layer.kernel.weight.notEqual(0)).all().dataSync()[0];
  return layers.every(agrees) && costOf(allowance, countsLeft(layers, effective)) <= allowance.budget;
}

/**
 * Lowers the variable behind a threshold, by growing steps from its last place on, until it takes no survivor away; a positive one no
 * further than to 0. Then sets losers to 0. A survivor that is 0 itself is none.
 *
 * @param mask              1 for the survivors; the kernel's shape.
 * @param options.variable  Assigned; its shape broadcasts against the kernel.
 * @param options.threshold τ of the variable.
 * @param options.zero      `all` losers, or only the `intruders`: those that rounding or a tie would let through.
 */
export function keepSurvivors(weight: tf.Variable, mask: tf.Tensor, { variable, threshold, operator, zero }: KeepOptions): void {
  const survives = mask.cast('bool');
  for (let round = 0, step = 2 ** -22; round < MOST_ROUNDS; round++, step *= 2) {
    const lost = operator.apply(weight, threshold(variable)).equal(0).logicalAnd(survives).logicalAnd(weight.notEqual(0));
    const lostPerThreshold = sumToShape(lost.cast('float32'), variable.shape);
    if (lostPerThreshold.sum().dataSync()[0] === 0) break;
    const lowered = variable.sub(variable.abs().mul(step));
    const atLeastZero = tf.where(variable.greaterEqual(0), lowered.relu(), lowered);
    variable.assign(tf.where(lostPerThreshold.greater(0), atLeastZero, variable));
  }
  const stays = zero === 'all' ? survives : survives.logicalOr(operator.apply(weight, threshold(variable)).equal(0));
  weight.assign(weight.mul(stays.cast('float32')));
}

export interface KeepOptions {
  readonly variable: tf.Variable;
  /** How a variable becomes a threshold: g of a learned s, or the variable itself. */
  threshold(variable: tf.Tensor): tf.Tensor;
  readonly operator: ThresholdOperator;
  readonly zero: 'all' | 'intruders';
}

// --- helpers ---

/** Steps from the last place up to 512 times the variable: more than enough to bring any threshold to 0. */
const MOST_ROUNDS = 32;
