import { readFloats } from '../read-floats.ts';
import type { tf } from '../tf.ts';

/**
 * What moves a trained variable of a pruner's state: means over its elements and over the steps that were metered, the steps weighed by
 * their learning rates. Positive forces push it up.
 */
export interface Forces {
  /** −∂L/∂s of the steps' batches; for STR's s this is g'(s)·Σ G·sign(W)·1{active}. */
  readonly task: number;
  /** Of weight decay, −λ·s, or what stands in its place: −∇R(s), and the pruner's own penalty. */
  readonly decay: number;
  /** What the pruner's hooks did between the steps, as the force that SGD with its momentum would have needed to do it. */
  readonly correction: number;
}

/**
 * Adds up what moves the trained variables of a pruner's state, step by step. With η the learning rate, μ the momentum and Δ the moves by
 * hooks:
 *
 *   task = Σ η·(−∂L/∂s) / Σ η        decay = Σ η·(−λ·s) / Σ η        correction = (1 − μ)·Σ Δ / Σ η
 *
 * so that without momentum the variable has moved by Σ η·(task + decay + correction), and with momentum the three are in balance when they
 * add up to 0.
 */
export interface ForceMeter {
  readonly variables: readonly tf.Variable[];
  /** Runs a hook and measures by how much it moves the variables: only those that it assigns are read. */
  around(hook: () => void): void;
  /** Adds a step's forces: of the task and of the decay, by turns, in the order of the variables. */
  add(forces: Float32Array, learningRate: number): void;
  /** The forces since the last call, and starts anew. */
  take(): ReadonlyMap<tf.Variable, Forces>;
}

export function createForceMeter(variables: readonly tf.Variable[], momentum: number): ForceMeter {
  const zeros = () => variables.map(() => ({ task: 0, decay: 0, moved: 0 }));
  let sums = zeros();
  let rates = 0;
  return {
    variables,
    around(hook) {
      const before = variables.map((variable) => ({ data: variable.dataId, copy: variable.clone() }));
      try {
        hook();
        variables.forEach((variable, i) => {
          const { data, copy } = before[i] as (typeof before)[number];
          if (variable.dataId !== data) at(sums, i).moved += readFloats(() => variable.sub(copy).mean())[0] as number;
        });
      } finally {
        for (const { copy } of before) copy.dispose();
      }
    },
    add(forces, learningRate) {
      variables.forEach((_, i) => {
        at(sums, i).task += learningRate * (forces[2 * i] as number);
        at(sums, i).decay += learningRate * (forces[2 * i + 1] as number);
      });
      rates += learningRate;
    },
    take() {
      const mean = (sum: number) => (rates === 0 ? 0 : sum / rates);
      const taken = new Map(
        variables.map((variable, i) => {
          const { task, decay, moved } = at(sums, i);
          return [variable, { task: mean(task), decay: mean(decay), correction: mean((1 - momentum) * moved) }];
        }),
      );
      sums = zeros();
      rates = 0;
      return taken;
    },
  };
}

// --- helpers ---

const at = <T>(list: readonly T[], i: number): T => list[i] as T;
