import type { tf } from '../tf.ts';

/** What a threshold τ does to a weight: soft, hard, ... Elementwise; `threshold` broadcasts against `weight`. */
export interface ThresholdOperator {
  /** The effective weight; exactly 0 where |W| ≤ τ. */
  apply(weight: tf.Tensor, threshold: tf.Tensor): tf.Tensor;
  /**
   * The partial derivatives of the effective weight where |W| > τ, and 0 elsewhere, both in the shape of `weight`.
   * `effective` is what `apply` returned for the same arguments.
   */
  derivatives(weight: tf.Tensor, threshold: tf.Tensor, effective: tf.Tensor): { weight: tf.Tensor; threshold: tf.Tensor };
}
