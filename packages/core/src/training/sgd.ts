import type { VariableRole } from '../model/attach.ts';
import { tf } from '../tf.ts';
import type { Training } from './options.ts';
import type { Regularization } from './regularization.ts';
import { sgdMove } from './sgd-move.ts';

/** Stochastic gradient descent with a momentum slot per variable. */
export interface Sgd {
  readonly slots: ReadonlyMap<tf.Variable, tf.Variable>;
  /**
   * What regularization adds to a variable's gradient, λ·p or ∇R; undefined where there is none. Decoupled: (1 − μ)·∇R, the gradient that
   * would move the variable as far through the momentum.
   */
  decay(variable: tf.Variable): tf.Tensor | undefined;
  /** One update of every variable that has a gradient; built of tensor operations only, so that it can be part of a compiled step. */
  update(gradients: Readonly<Record<string, tf.Tensor | null>>, learningRate: tf.Scalar): void;
  dispose(): void;
}

/**
 * Heavy-ball or Nesterov SGD with regularization by the role of the variable, coupled into the gradient:
 *
 *   d = G + ∇R(p)        m ← μ·m + d        p ← p − η·m           (Nesterov: p ← p − η·(d + μ·m))
 *
 * or decoupled from it, as in SGDW: d = G, and p ← p − η·m − η·∇R(p). For L2, ∇R(p) = λ·p.
 *
 * The momentum is taken before the learning rate and starts at 0, as in PyTorch. A variable without a gradient stays as it is.
 * Differs from the paper of SGDW: ∇R is scaled by the learning rate η, as in PyTorch's AdamW, not by its schedule alone.
 *
 * @see https://arxiv.org/abs/1711.05101 Loshchilov and Hutter 2019, for SGDW
 */
export function createSgd(
  trained: ReadonlyMap<tf.Variable, VariableRole>,
  { momentum, nesterov, decoupled }: Pick<Training, 'momentum' | 'nesterov' | 'decoupled'>,
  regularization: Readonly<Record<VariableRole, Regularization>>,
): Sgd {
  const slots = new Map<tf.Variable, tf.Variable>();
  for (const variable of trained.keys())
    slots.set(
      variable,
      tf.tidy(() => tf.variable(tf.zerosLike(variable), false)),
    );
  return {
    slots,
    decay(variable) {
      const pull = pullOf(regularization[trained.get(variable) ?? 'other'], variable);
      return decoupled ? pull?.mul(1 - momentum) : pull;
    },
    update(gradients, learningRate) {
      for (const [variable, role] of trained) {
        const gradient = gradients[variable.name];
        const slot = slots.get(variable);
        if (!gradient || !slot) continue;
        const own = regularization[role];
        const options = { learningRate, momentum, nesterov, decay: 0 };
        if (decoupled) {
          const pull = pullOf(own, variable);
          sgdMove(variable, slot, gradient, options);
          if (pull) variable.assign(variable.sub(pull.mul(learningRate)));
        } else if (typeof own === 'number') sgdMove(variable, slot, gradient, { ...options, decay: own });
        else sgdMove(variable, slot, gradient.add(own.gradient(variable)), options);
      }
    },
    dispose: () => tf.dispose([...slots.values()]),
  };
}

// --- helpers ---

function pullOf(regularization: Regularization, variable: tf.Variable): tf.Tensor | undefined {
  if (typeof regularization !== 'number') return regularization.gradient(variable);
  return regularization > 0 ? variable.mul(regularization) : undefined;
}
