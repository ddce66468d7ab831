import { tf } from './tf.ts';

/**
 * Runs a kernel that the engine added to TensorFlow.js, to do in one pass what else takes several operations. Undefined where it isn't
 * there, or where a tape is running, which needs a gradient of everything: then the caller composes the same of TensorFlow.js's own
 * operations, with the same bits.
 */
export function runNativeKernel(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor>> | readonly tf.Tensor[],
  attributes: Readonly<Record<string, number | boolean>> = {},
): tf.Tensor[] | undefined {
  const { gradientDepth, kernelDepth } = tf.engine().state;
  const isTaped = gradientDepth > 0 && kernelDepth === 0;
  if (isTaped || tf.getKernel(name, tf.getBackend()) === undefined) return undefined;
  return tf.engine().runKernel(name, inputs as unknown as tf.NamedTensorMap, attributes) as tf.Tensor[];
}
