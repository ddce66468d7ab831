import {
  allowanceOf,
  costOf,
  countsLeft,
  type PrunedLayer,
  type Schedule,
  soft,
  type Target,
  type ThresholdFunction,
  type ThresholdOperator,
  type Thresholds,
  tf,
} from '@espalier/core';
import { makeExactWithin, type StrState } from './exact-budget.ts';

/** What a control other than scaling needs beside s. `frozen` is 1 once the target was reached; s stays at `held` from then on. */
export interface ControlledState extends StrState {
  readonly held: tf.Variable;
  readonly frozen: tf.Variable;
  /** λ of feedback, and the sum of its errors so far. */
  readonly lambda?: tf.Variable;
  readonly errors?: tf.Variable;
}

export interface ControlOptions {
  readonly control: 'feedback' | 'freeze';
  readonly g: ThresholdFunction;
  readonly schedule: Schedule;
  readonly every: number;
  /** λ at the start of feedback. */
  readonly decay: number;
  readonly proportional: number;
  readonly integral: number;
}

/** λ of feedback is at most so many times that at the start. */
const MOST = 10;

/** A few places above 1 in float32. */
const HARDLY_ABOVE = 1 + 2 ** -20;

/**
 * The controls of λ that stay with STR's own dynamics, until the share of the cost that is removed reaches the target's.
 *
 *   feedback   λ = λ₀·min(10, exp(kp·e + ki·Σe)),  e = scheduled − removed share, every `every` steps; L2 on s with that λ.
 *              s freezes at the first look after the schedule's end that finds the target reached
 *   freeze     s runs free with its own λ, and freezes at the first look that finds the target reached
 *
 * To freeze is to make the budget exact, which sets all losers to 0, and to put s back before every step from then on. A survivor that sinks
 * below its threshold after that has no gradient by which to come back; its place is promised, so it ends hardly above the threshold.
 */
export function controlled(
  { control, g, schedule, every, decay, proportional, integral }: ControlOptions,
  target: Target,
): Pick<Thresholds<ControlledState>, 'beforeStep' | 'penalty'> & {
  addTo(state: StrState, shared: Shared): ControlledState;
  /** Before the budget is made exact: if it was frozen, s and all survivors of that are put back. */
  restoreFrozen(layers: readonly PrunedLayer<ControlledState>[], operator: ThresholdOperator): void;
} {
  const isFeedback = control === 'feedback';
  return {
    addTo({ s }, shared) {
      const zero = (key: string, value = 0) => shared(key, () => tf.variable(tf.scalar(value), false));
      const own = isFeedback ? { lambda: zero('lambda', decay), errors: zero('errors') } : {};
      return { s, held: tf.variable(s.clone(), false), frozen: zero('frozen'), ...own };
    },

    beforeStep(layers, { step, totalSteps }) {
      if (!layers[0]) return;
      const { frozen, lambda, errors } = layers[0].state;
      if (isOne(frozen)) {
        for (const { state } of layers) state.s.assign(state.held);
        return;
      }
      if (step % every !== 0) return;
      const kernels = layers.map(({ kernel }) => kernel);
      const fraction = schedule.at(step / totalSteps);
      const allowance = allowanceOf(kernels, target);
      const cost = costOf(
        allowance,
        countsLeft(layers, ({ kernel, state }) => soft().apply(kernel.weight, g.value(state.s))),
      );
      if (lambda && errors) {
        const dense = costOf(
          allowance,
          kernels.map(({ size }) => size),
        );
        const error = (cost - allowanceOf(kernels, target, fraction).budget) / dense;
        errors.assign(errors.add(error));
        lambda.assign(
          errors
            .mul(integral)
            .add(proportional * error)
            .exp()
            .minimum(MOST)
            .mul(decay),
        );
      }
      if (cost > allowance.budget || (isFeedback && fraction < 1)) return;
      makeExactWithin(layers, g, allowance, soft());
      for (const { state } of layers) state.held.assign(state.s);
      frozen.assign(tf.scalar(1));
    },

    restoreFrozen(layers, operator) {
      if (!layers[0] || !isOne(layers[0].state.frozen)) return;
      for (const { kernel, state } of layers) {
        state.s.assign(state.held);
        const threshold = g.value(state.s);
        const isSunk = operator.apply(kernel.weight, threshold).equal(0).logicalAnd(kernel.weight.notEqual(0));
        kernel.weight.assign(tf.where(isSunk, kernel.weight.sign().mul(threshold.mul(HARDLY_ABOVE)), kernel.weight));
      }
    },

    ...(isFeedback ? { penalty: (layers) => decayOf(layers) } : {}),
  };
}

// --- helpers ---

type Shared = <T>(key: string, make: () => T) => T;

const isOne = (variable: tf.Variable): boolean => variable.dataSync()[0] === 1;

/** (λ/2)·Σ s², an s that several layers share once. */
function decayOf(layers: readonly PrunedLayer<ControlledState>[]): tf.Scalar {
  const all = [...new Set(layers.map(({ state }) => state.s))];
  const { lambda } = (layers[0] as PrunedLayer<ControlledState>).state;
  return tf.addN(all.map((s) => s.square().sum())).mul((lambda as tf.Variable).div(2)) as tf.Scalar;
}
