import * as tf from '@tensorflow/tfjs';
import { average, type BatchNormalization, replaceBatchNormalization } from '../batch-normalization-layer.ts';

/**
 * `tf.layers.batchNormalization` in training, with its gradient in closed form: a quarter of the passes over the data that the composed
 * one takes.
 *
 *   y = γ · (x − mean) / √(variance + ε) + β,   moving ← moving − (1 − momentum) · (moving − batch's)
 *   dβ = Σ dy,   dγ = Σ dy · (x − mean) · r,   dx = γ · r · (dy − dβ / m − (x − mean) · r · dγ / m)   with r = 1 / √(variance + ε)
 *
 * Shapes: x [..., channels] with m positions per channel; γ, β and the moving averages [channels]. All other cases take the original path.
 */
export const installBatchNormalization = (): void => replaceBatchNormalization((rank) => rank > 1, normalize);

// --- helpers ---

function normalize(layer: BatchNormalization, input: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor): tf.Tensor {
  const axes = input.shape.slice(0, -1).map((_, i) => i);
  const normalized = tf.customGrad((...args) => {
    const [x, gamma, beta, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const mean = tf.mean(x, axes);
    const centered = tf.sub(x, mean);
    const variance = tf.mean(tf.square(centered), axes);
    const inverse = tf.rsqrt(tf.add(variance, layer.epsilon));
    const slope = tf.mul(gamma, inverse);
    average(layer.movingMean, mean, layer.momentum);
    average(layer.movingVariance, variance, layer.momentum);
    save([centered, slope, inverse]);
    return { value: tf.add(tf.mul(centered, slope), beta), gradFunc: (dy, saved) => gradients(dy, saved, axes) };
  });
  return normalized(input, scale, offset);
}

/** dx, dγ, dβ. */
function gradients(dy: tf.Tensor, saved: tf.Tensor[], axes: number[]): tf.Tensor[] {
  const [centered, slope, inverse] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
  const count = dy.size / slope.size;
  const offset = tf.sum(dy, axes);
  const scale = tf.mul(tf.sum(tf.mul(dy, centered), axes), inverse);
  const perCentered = tf.mul(tf.mul(slope, inverse), tf.div(scale, count));
  const constant = tf.mul(slope, tf.div(offset, count));
  return [tf.sub(tf.mul(dy, slope), tf.add(tf.mul(centered, perCentered), constant)), scale, offset];
}
