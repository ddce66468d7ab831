import type { tf } from '../tf.ts';

/**
 * g(): turns the learned number s into a threshold on magnitudes. Elementwise on any shape.
 *
 * The STR paper asks (appendix A.1) that g is positive and tends to 0 at −∞, that 0 < g' ≤ G for some finite G, and that g'(s) < 1 where
 * training starts.
 */
export interface ThresholdFunction {
  /** g(s). Built from TensorFlow.js operations, so that it has a gradient. */
  value(s: tf.Tensor): tf.Tensor;
  /** g'(s) in closed form. */
  derivative(s: tf.Tensor): tf.Tensor;
  /**
   * The s with g(s) = threshold. Strictly increasing on all of (0, ∞): above the supremum of g it goes on as a line, so that weights which
   * no threshold can reach still have an order. At 0 it is −∞ for a g that tends to 0 at −∞ without ever being 0, and a finite s for one
   * that is 0 there.
   */
  inverse(threshold: tf.Tensor): tf.Tensor;
  /** Infimum and supremum of g. */
  readonly range: readonly [number, number];
}
