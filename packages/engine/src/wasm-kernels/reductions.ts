import * as tf from '@tensorflow/tfjs';
import { fillTensor, type Kernel, replaceKernel } from './wasm-backend.ts';

/**
 * Sums and means over the first axes: the gradient of every bias, the statistics of batch normalization. The WebAssembly backend
 * transposes the tensor first, which takes ten times longer. Other axes and types are left to it.
 *
 * Shapes: x [a, ..., b, c, ...]; the result [c, ...], or [1, ..., 1, c, ...].
 */
export function installReductions(): void {
  replaceKernel('Sum', (original) => (inputs, attributes) => overFirstAxes(inputs, attributes) ?? original(inputs, attributes));
  replaceKernel('Mean', (original) => (inputs, attributes) => {
    const sum = overFirstAxes(inputs, attributes);
    return sum ? tf.mul(sum, sum.size / (inputs.x as tf.Tensor).size) : original(inputs, attributes);
  });
}

// --- helpers ---

/** Undefined if the axes aren't the first ones. */
function overFirstAxes(inputs: Parameters<Kernel>[0], attributes: Parameters<Kernel>[1]): tf.Tensor | undefined {
  const x = inputs.x as tf.Tensor;
  const axes = tf.util.parseAxisParam(attributes.axis as number | number[], x.shape);
  const areFirst = axes.length > 0 && axes.length < x.rank && axes.every((_, i) => axes.includes(i));
  if (!areFirst || x.dtype !== 'float32' || x.size === 0) return undefined;
  const kept = x.shape.slice(axes.length);
  const sum = sumRows(x, tf.util.sizeFromShape(kept));
  return tf.reshape(sum, attributes.keepDims ? [...axes.map(() => 1), ...kept] : kept);
}

/** First the means of each example, by average pooling, which is fast, then their sum in 64 bits: little is lost by rounding. */
function sumRows(x: tf.Tensor, width: number): tf.Tensor {
  const [batch = 1] = x.shape;
  const count = x.size / width / batch;
  const means = count > 1 ? tf.avgPool(tf.reshape(x, [batch, count, 1, width]) as tf.Tensor4D, [count, 1], 1, 'valid') : x;
  const sums = new Float64Array(width);
  return fillTensor([width], [means], (output, values) => {
    for (let from = 0; from < means.size; from += width) {
      for (let i = 0; i < width; i++) (sums[i] as number) += values[from + i] as number;
    }
    for (let i = 0; i < width; i++) output[i] = (sums[i] as number) * count;
  });
}
