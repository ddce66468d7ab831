import type { tf } from '../tf.ts';

/**
 * What the training adds to the loss for a group of parameters: R(p), one parameter tensor at a time.
 *
 * The optimizer takes the gradient, so R itself costs nothing in a step. Both are pure functions built of tensor operations, for any shape
 * from a scalar up, and read nothing: they become part of a compiled step.
 */
export interface Regularizer {
  /** ∂R/∂p in the shape of p, or a subgradient where R has a kink. Finite wherever p is, also where p is 0. */
  gradient(parameter: tf.Tensor): tf.Tensor;
  /** R(p). What the gradient is checked against. */
  penalty(parameter: tf.Tensor): tf.Scalar;
}
