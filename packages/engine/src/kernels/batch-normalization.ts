import * as tf from '@tensorflow/tfjs';
import { average, type BatchNormalization, replaceBatchNormalization } from '../batch-normalization-layer.ts';
import { flag, floatType, type NativeBackend, nativeBackend, type OpAttribute } from './native.ts';

/**
 * `tf.layers.batchNormalization` in training through `FusedBatchNormV3` and its gradient: two ops instead of sixty.
 *
 *   y = γ · (x − mean) / √(variance + ε) + β,   moving ← moving − (1 − momentum) · (moving − batch's)
 *
 * Shapes: x [batch, height, width, channels] of floats with the channels last; γ, β and the moving averages [channels]. All other cases
 * take the original path. The op's second output has Bessel's correction, which is undone: like the original layer, the moving variance
 * is that of the biased estimate.
 */
export const installBatchNormalization = (): void => replaceBatchNormalization((rank) => rank === 4, normalize);

// --- helpers ---

function normalize(layer: BatchNormalization, input: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor): tf.Tensor {
  const backend = nativeBackend();
  const attributes = attributesOf(backend, layer.epsilon);
  const fused = tf.customGrad((...args) => {
    const [x, gamma, beta, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const none = tf.tensor1d([]);
    const outputs = backend.executeMultipleOutputs('FusedBatchNormV3', attributes, [x, gamma, beta, none, none], 6);
    const [value, mean, variance, ...reserves] = outputs as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const count = x.size / mean.size;
    average(layer.movingMean, mean, layer.momentum);
    average(layer.movingVariance, variance, layer.momentum, count > 1 ? (count - 1) / count : 1);
    save([x, gamma, ...reserves]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      backend.executeMultipleOutputs('FusedBatchNormGradV3', attributes, [dy, ...saved], 5).slice(0, 3);
    return { value, gradFunc };
  });
  return fused(input, scale, offset);
}

const attributesOf = (backend: NativeBackend, epsilon: number): OpAttribute[] => [
  floatType(backend),
  floatType(backend, 'U'),
  { name: 'data_format', type: backend.binding.TF_ATTR_STRING, value: 'NHWC' },
  { name: 'epsilon', type: backend.binding.TF_ATTR_FLOAT, value: epsilon },
  flag(backend, 'is_training', true),
];
