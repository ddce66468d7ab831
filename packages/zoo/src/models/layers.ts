import { type ModelContext, tf } from '@espalier/core';

/** The layers that networks for images are made of. Strided windows are centred on the pixels 0, stride, 2·stride, ... as in PyTorch. */

export interface ConvOptions {
  readonly filters: number;
  readonly size: number;
  readonly strides?: number;
}

/** A convolution without bias, padded by half its size; He normal. 'same' would shift a strided one by a pixel. */
export function conv(
  { seed }: ModelContext,
  name: string,
  { filters, size, strides = 1 }: ConvOptions,
  x: tf.SymbolicTensor,
): tf.SymbolicTensor {
  const kernelInitializer = tf.initializers.heNormal({ seed: seed(name) });
  const { input, padding } = centred(name, size, strides, x);
  return tf.layers
    .conv2d({ filters, kernelSize: size, strides, padding, useBias: false, kernelInitializer, name })
    .apply(input) as tf.SymbolicTensor;
}

/** What a strided window of odd size is applied to, so that its places are those of PyTorch with padding size/2. */
export function centred(
  name: string,
  size: number,
  strides: number,
  x: tf.SymbolicTensor,
): { readonly input: tf.SymbolicTensor; readonly padding: 'same' | 'valid' } {
  if (strides === 1) return { input: x, padding: 'same' };
  if (size === 1) return { input: x, padding: 'valid' };
  const padded = tf.layers.zeroPadding2d({ padding: (size - 1) / 2, name: `${name}.pad` }).apply(x);
  return { input: padded as tf.SymbolicTensor, padding: 'valid' };
}

/** Momentum and epsilon as in PyTorch. */
export const batchNormLayer = (name: string): tf.layers.Layer => tf.layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5, name });

export const batchNorm = (name: string, x: tf.SymbolicTensor): tf.SymbolicTensor => batchNormLayer(name).apply(x) as tf.SymbolicTensor;

export const relu = (name: string, x: tf.SymbolicTensor): tf.SymbolicTensor => tf.layers.reLU({ name }).apply(x) as tf.SymbolicTensor;

export const add = (name: string, ...terms: tf.SymbolicTensor[]): tf.SymbolicTensor =>
  tf.layers.add({ name }).apply(terms) as tf.SymbolicTensor;

export const globalMean = (x: tf.SymbolicTensor): tf.SymbolicTensor =>
  tf.layers.globalAveragePooling2d({ name: 'pool' }).apply(x) as tf.SymbolicTensor;

/** The logits: a dense layer `fc`, LeCun normal. */
export function classifier({ seed, classes }: ModelContext, x: tf.SymbolicTensor, useBias = true): tf.SymbolicTensor {
  const kernelInitializer = tf.initializers.leCunNormal({ seed: seed('fc') });
  return tf.layers.dense({ units: classes, useBias, kernelInitializer, name: 'fc' }).apply(x) as tf.SymbolicTensor;
}
