import type { tf } from '../tf.ts';

/** What a threshold τ does to a weight: soft, hard, ... Elementwise; `threshold` broadcasts against `weight`. */
export interface ThresholdOperator {
  /** True if it isn't elementwise: what becomes of a weight depends on the stored values of all under its threshold, pruned ones too. */
  readonly pools?: boolean;
  /** The effective weight; exactly 0 where |W| ≤ τ. */
  apply(weight: tf.Tensor, threshold: tf.Tensor): tf.Tensor;
  /**
   * The partial derivatives of the effective weight where |W| > τ, and 0 elsewhere, both in the shape of `weight`.
   * `effective` is what `apply` returned for the same arguments.
   */
  derivatives(weight: tf.Tensor, threshold: tf.Tensor, effective: tf.Tensor): { weight: tf.Tensor; threshold: tf.Tensor };
  /** `upstream` times both derivatives, to the bit, for an operator that has a faster way than `derivatives` and two products. */
  backward?(
    upstream: tf.Tensor,
    weight: tf.Tensor,
    threshold: tf.Tensor,
    effective: tf.Tensor,
  ): { weight: tf.Tensor; threshold: tf.Tensor };
}
