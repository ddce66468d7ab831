import * as tf from '@tensorflow/tfjs';
import { type Geometry, geometryOf } from './geometry.ts';
import { transposedConvolution } from './transposed-convolution.ts';
import { type Kernel, replaceKernel } from './wasm-backend.ts';

/**
 * The gradient of a depthwise convolution by its input, which the WebAssembly backend lacks, as forward depthwise convolutions: one
 * for each of the outputs that a channel has.
 *
 * Shapes: dy [batch, outHeight, outWidth, in · multiplier], filter [filterHeight, filterWidth, in, multiplier], the result
 * [batch, height, width, in].
 */
export function installDepthwiseInputGradient(): void {
  replaceKernel('DepthwiseConv2dNativeBackpropInput', () => inputGradient);
}

// --- helpers ---

const inputGradient: Kernel = ({ dy, filter }, attributes) => {
  const [slopes, weights] = [dy as tf.Tensor4D, filter as tf.Tensor4D];
  const geometry = geometryOf('DepthwiseConv2dNativeBackpropInput', attributes.inputShape as number[], weights.shape, attributes);
  const [, , channels, multiplier] = weights.shape;
  const slopesByOutput = tf.unstack(tf.reshape(slopes, [...slopes.shape.slice(0, 3), channels, multiplier]), -1) as tf.Tensor4D[];
  const parts = tf.unstack(weights, -1).map((w, i) => onePerChannel(slopesByOutput[i] as tf.Tensor4D, tf.expandDims(w, -1), geometry));
  return tf.addN(parts);
};

/** The gradient for a multiplier of 1, where the order of the filter's last two axes changes nothing but its shape. */
function onePerChannel(dy: tf.Tensor4D, weights: tf.Tensor4D, geometry: Geometry): tf.Tensor {
  return transposedConvolution(dy, weights, geometry, (x, flipped, pad) => {
    const [height, width, , channels] = flipped.shape;
    return tf.depthwiseConv2d(x, tf.reshape(flipped, [height, width, channels, 1]) as tf.Tensor4D, 1, pad);
  });
}
