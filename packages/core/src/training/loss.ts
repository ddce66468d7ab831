import { tf } from '../tf.ts';

/** Mean loss of a batch from the model's output and the labels (int32, [batch]). */
export type Loss = (outputs: tf.Tensor, labels: tf.Tensor) => tf.Scalar;

/**
 * Softmax cross-entropy of logits [batch, classes], the mean over the batch. With smoothing ε the target is (1 − ε)·one-hot + ε/classes.
 */
export const crossEntropy =
  (labelSmoothing = 0): Loss =>
  (outputs, labels) => {
    const target = tf.oneHot(labels as tf.Tensor1D, outputs.shape.at(-1) as number).cast('float32'); // WASM's own float32 one-hot is wrong
    return tf.losses.softmaxCrossEntropy(target, outputs, undefined, labelSmoothing);
  };
