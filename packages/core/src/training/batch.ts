import type { tf } from '../tf.ts';

/** Examples as tensors. */
export interface Batch {
  /** [batch, ...input shape] */
  readonly inputs: tf.Tensor;
  /** int32, [batch] */
  readonly labels: tf.Tensor;
}
