import * as tf from '@tensorflow/tfjs';
import { floatType, isInnerForward, nativeBackend } from './native.ts';

type Loss = (
  labels: tf.Tensor | tf.TensorLike,
  logits: tf.Tensor | tf.TensorLike,
  weights?: tf.Tensor | tf.TensorLike,
  labelSmoothing?: number,
  reduction?: number,
) => tf.Tensor;

/**
 * `tf.losses.softmaxCrossEntropy` through one op, `SoftmaxCrossEntropyWithLogits`, which gives loss and gradient at once. It replaces the
 * property of `tf.losses`, so whoever calls it there gets it.
 *
 * Shapes: labels and logits [examples, classes] of floats; others take the original path.
 */
export function installSoftmaxCrossEntropy(): void {
  const original = tf.losses.softmaxCrossEntropy as Loss;
  const twin: Loss = (labels, logits, weights, labelSmoothing = 0, reduction) => {
    const isNative = [labels, logits].every((x) => x instanceof tf.Tensor && x.rank === 2 && x.dtype === 'float32');
    if (!isNative || isInnerForward()) return original(labels, logits, weights, labelSmoothing, reduction);
    return tf.tidy(() => {
      const classes = (logits as tf.Tensor).shape[1] as number;
      const smooth = labelSmoothing > 0 ? tf.add(tf.mul(labels, 1 - labelSmoothing), labelSmoothing / classes) : (labels as tf.Tensor);
      const losses = perExample(smooth, logits as tf.Tensor);
      return tf.losses.computeWeightedLoss(losses, weights, reduction);
    });
  };
  Object.assign(tf.losses, { softmaxCrossEntropy: twin });
}

// --- helpers ---

/** −Σ_c labels · log softmax(logits) for each example; its gradient by the logits is softmax(logits) − labels. */
const perExample = tf.customGrad((labels, logits, save) => {
  const backend = nativeBackend();
  const [value, slope] = backend.executeMultipleOutputs(
    'SoftmaxCrossEntropyWithLogits',
    [floatType(backend)],
    [logits as tf.Tensor, labels as tf.Tensor],
    2,
  ) as [tf.Tensor, tf.Tensor];
  (save as tf.GradSaveFunc)([slope]);
  const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
    const gradient = tf.mul(tf.expandDims(dy, 1), saved[0] as tf.Tensor);
    return [tf.neg(gradient), gradient];
  };
  return { value, gradFunc };
});
