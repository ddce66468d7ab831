import * as tf from '@tensorflow/tfjs';
import { type Geometry, geometryOf } from './geometry.ts';
import { fillTensor, type Kernel, replaceKernel, type Values } from './wasm-backend.ts';

/**
 * The gradient of a convolution by its filter, which the WebAssembly backend lacks, as matrix products:
 *
 *   dw[ky, kx, c, k] = Σ over n, oy, ox of x[n, oy·strideY + ky − top, ox·strideX + kx − left, c] · dy[n, oy, ox, k]
 *
 * Shapes: x [batch, height, width, in], dy [batch, outHeight, outWidth, out], the result [filterHeight, filterWidth, in, out].
 * The left factor has a row for each ky, kx, c and a column for each oy, ox, n. With the batch innermost, its rows are long pieces of the
 * transposed x, so that copying them costs a tenth of the product. Some output rows at a time keep it small.
 */
export function installConvFilterGradient(): void {
  replaceKernel('Conv2DBackpropFilter', () => filterGradient);
}

// --- helpers ---

/** Floats in one left factor: 32 MB. */
const BLOCK = 2 ** 23;

const filterGradient: Kernel = ({ x, dy }, attributes) => {
  const [images, slopes] = [x as tf.Tensor4D, dy as tf.Tensor4D];
  const shape = attributes.filterShape as [number, number, number, number];
  const geometry = geometryOf('Conv2DBackpropFilter', images.shape, shape, attributes);
  const { batchSize, inChannels, outChannels, outHeight, outWidth, inHeight, inWidth } = geometry;
  const pixels = tf.reshape(images, [batchSize, inHeight * inWidth, inChannels]);
  const byChannel = tf.transpose(tf.transpose(pixels, [0, 2, 1]), [1, 2, 0]); // two steps: a third of the time of one
  const right = tf.reshape(tf.transpose(slopes, [1, 2, 0, 3]), [outHeight * outWidth * batchSize, outChannels]);
  const columns = outWidth * batchSize;
  const rowsAtATime = Math.max(1, Math.floor(BLOCK / (shape[0] * shape[1] * inChannels * columns)));
  let sum: tf.Tensor | undefined;
  for (let from = 0; from < outHeight; from += rowsAtATime) {
    const count = Math.min(rowsAtATime, outHeight - from);
    const left = patches(byChannel, geometry, from, count);
    const part = tf.matMul(left, count === outHeight ? right : tf.slice(right, from * columns, count * columns));
    left.dispose();
    sum = sum ? tf.add(sum, part) : part;
  }
  return tf.reshape(sum ?? tf.zeros(shape), shape);
};

/** What the filter's weights meet in `count` output rows: [filterHeight · filterWidth · in, count · outWidth · batch]. */
function patches(byChannel: tf.Tensor, geometry: Geometry, from: number, count: number): tf.Tensor {
  const { batchSize, inChannels, inHeight, inWidth, outWidth, filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = geometry;
  const columns = outWidth * batchSize;
  return fillTensor([filterHeight * filterWidth * inChannels, count * columns], [byChannel], (output, input) => {
    let to = 0;
    for (let ky = 0; ky < filterHeight; ky++) {
      for (let kx = 0; kx < filterWidth; kx++) {
        const shift = kx - padInfo.left;
        const first = Math.min(outWidth, Math.max(0, Math.ceil(-shift / strideWidth)));
        const end = Math.max(first, Math.min(outWidth, Math.ceil((inWidth - shift) / strideWidth)));
        const piece = strideWidth === 1 ? end - first : 1; // pixels side by side in both
        for (let c = 0; c < inChannels; c++) {
          for (let oy = from; oy < from + count; oy++, to += columns) {
            const iy = oy * strideHeight + ky - padInfo.top;
            if (iy < 0 || iy >= inHeight) {
              output.fill(0, to, to + columns);
              continue;
            }
            const row = (c * inHeight + iy) * inWidth + shift;
            output.fill(0, to, to + first * batchSize);
            for (let ox = first; ox < end; ox += piece) {
              copy(output, to + ox * batchSize, input, (row + ox * strideWidth) * batchSize, piece * batchSize);
            }
            output.fill(0, to + end * batchSize, to + columns);
          }
        }
      }
    }
  });
}

/** Short pieces are copied faster one by one. */
function copy(output: Values, to: number, input: Values, from: number, count: number): void {
  if (count > 64) output.set(input.subarray(from, from + count), to);
  else for (let i = 0; i < count; i++) output[to + i] = input[from + i] as number;
}
