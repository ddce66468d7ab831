import { runNativeKernel } from '../native-kernel.ts';
import type { tf } from '../tf.ts';

export interface SgdMoveOptions {
  readonly learningRate: tf.Scalar;
  readonly momentum: number;
  readonly nesterov: boolean;
  /** λ of L2 that is coupled into the gradient; 0 for none. */
  readonly decay: number;
}

/**
 * Moves one variable and its momentum slot:
 *
 *   d = G + λ·p        m ← μ·m + d        p ← p − η·m           (Nesterov: p ← p − η·(d + μ·m))
 *
 * One pass over the numbers where the engine has a kernel for it, else one for each sign of the formula.
 */
export function sgdMove(variable: tf.Variable, slot: tf.Variable, gradient: tf.Tensor, options: SgdMoveOptions): void {
  const [next, moved] = native(variable, slot, gradient, options) ?? composed(variable, slot, gradient, options);
  variable.assign(next as tf.Tensor);
  slot.assign(moved as tf.Tensor);
}

// --- helpers ---

function native(variable: tf.Tensor, slot: tf.Tensor, gradient: tf.Tensor, { learningRate, ...attributes }: SgdMoveOptions) {
  return runNativeKernel('EspalierSgd', { variable, slot, gradient, learningRate }, attributes);
}

function composed(
  variable: tf.Tensor,
  slot: tf.Tensor,
  gradient: tf.Tensor,
  { learningRate, momentum, nesterov, decay }: SgdMoveOptions,
): [tf.Tensor, tf.Tensor] {
  const direction = decay > 0 ? gradient.add(variable.mul(decay)) : gradient;
  const moved = slot.mul(momentum).add(direction);
  const step = nesterov ? direction.add(moved.mul(momentum)) : moved;
  return [variable.sub(step.mul(learningRate)), moved];
}
