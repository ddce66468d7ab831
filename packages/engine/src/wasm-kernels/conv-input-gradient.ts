import * as tf from '@tensorflow/tfjs';
import { type Geometry, geometryOf } from './geometry.ts';
import { transposedConvolution } from './transposed-convolution.ts';
import { type Kernel, replaceKernel } from './wasm-backend.ts';

/**
 * The gradient of a convolution by its input (and `conv2dTranspose`), as forward convolutions. The WebAssembly backend's own loops take
 * five to ten times longer.
 *
 * Shapes: dy [batch, outHeight, outWidth, out], filter [filterHeight, filterWidth, in, out], the result [batch, height, width, in].
 */
export function installConvInputGradient(): void {
  replaceKernel('Conv2DBackpropInput', () => inputGradient);
}

// --- helpers ---

const inputGradient: Kernel = ({ dy, filter }, attributes) => {
  const weights = filter as tf.Tensor4D;
  const geometry: Geometry = geometryOf('Conv2DBackpropInput', attributes.inputShape as number[], weights.shape, attributes);
  return transposedConvolution(dy as tf.Tensor4D, weights, geometry, (x, flipped, pad) => tf.conv2d(x, flipped, 1, pad));
};
