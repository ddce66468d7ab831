import type { VariableRole } from '../model/attach.ts';
import { tf } from '../tf.ts';
import type { Training } from './options.ts';

/** Stochastic gradient descent with a momentum slot per variable. */
export interface Sgd {
  readonly slots: ReadonlyMap<tf.Variable, tf.Variable>;
  /** One update of every variable that has a gradient; built of tensor operations only, so that it can be part of a compiled step. */
  update(gradients: Readonly<Record<string, tf.Tensor | null>>, learningRate: tf.Scalar): void;
  dispose(): void;
}

/**
 * Heavy-ball or Nesterov SGD with L2 coupled into the gradient, per role of the variable:
 *
 *   d = G + λ·p        m ← μ·m + d        p ← p − η·m           (Nesterov: p ← p − η·(d + μ·m))
 *
 * The momentum is taken before the learning rate and starts at 0, as in PyTorch. A variable without a gradient stays as it is.
 */
export function createSgd(trained: ReadonlyMap<tf.Variable, VariableRole>, training: Training, stateDecay: number): Sgd {
  const decays: Record<VariableRole, number> = {
    kernel: training.weightDecay,
    state: stateDecay,
    bias: training.biasDecay,
    norm: training.normDecay,
    other: 0,
  };
  const slots = new Map<tf.Variable, tf.Variable>();
  for (const variable of trained.keys())
    slots.set(
      variable,
      tf.tidy(() => tf.variable(tf.zerosLike(variable), false)),
    );
  return {
    slots,
    update(gradients, learningRate) {
      for (const [variable, role] of trained) {
        const gradient = gradients[variable.name];
        const slot = slots.get(variable);
        if (!gradient || !slot) continue;
        const decay = decays[role];
        const direction = decay > 0 ? gradient.add(variable.mul(decay)) : gradient;
        const momentum = slot.mul(training.momentum).add(direction);
        const move = training.nesterov ? direction.add(momentum.mul(training.momentum)) : momentum;
        variable.assign(variable.sub(move.mul(learningRate)));
        slot.assign(momentum);
      }
    },
    dispose: () => tf.dispose([...slots.values()]),
  };
}
