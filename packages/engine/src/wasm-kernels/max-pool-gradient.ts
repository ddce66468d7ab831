import * as tf from '@tensorflow/tfjs';
import { fillTensor, type Kernel, replaceKernel } from './wasm-backend.ts';

/**
 * The gradient of max-pooling: dy goes to the first of the largest values of its window. The WebAssembly backend's own loses the gradient
 * of windows without a positive value, and gives ties to another pixel than the other backends.
 *
 * Shapes: input [batch, height, width, channels], dy [batch, outHeight, outWidth, channels], the result like the input.
 */
export function installMaxPoolGradient(): void {
  replaceKernel('MaxPoolGrad', () => maxPoolGradient);
}

// --- helpers ---

interface PoolAttributes {
  readonly filterSize: [number, number] | number;
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

const maxPoolGradient: Kernel = ({ dy, input }, attributes) => {
  const { filterSize, strides, pad, dimRoundingMode } = attributes as unknown as PoolAttributes;
  const x = input as tf.Tensor4D;
  const geometry = tf.backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, pad, dimRoundingMode);
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth, padInfo } = geometry;
  return fillTensor(x.shape, [x, dy as tf.Tensor], (output, values, slopes) => {
    output.fill(0);
    let from = 0;
    for (let n = 0; n < batchSize; n++) {
      for (let oy = 0; oy < outHeight; oy++) {
        const top = oy * geometry.strideHeight - padInfo.top;
        const [firstY, endY] = [Math.max(0, top), Math.min(inHeight, top + filterHeight)];
        for (let ox = 0; ox < outWidth; ox++) {
          const left = ox * geometry.strideWidth - padInfo.left;
          const [firstX, endX] = [Math.max(0, left), Math.min(inWidth, left + filterWidth)];
          for (let c = 0; c < inChannels; c++, from++) {
            let largest = Number.NEGATIVE_INFINITY;
            let at = -1;
            for (let iy = firstY; iy < endY; iy++) {
              for (let ix = firstX; ix < endX; ix++) {
                const i = ((n * inHeight + iy) * inWidth + ix) * inChannels + c;
                const value = values[i] as number;
                if (value > largest) {
                  largest = value;
                  at = i;
                }
              }
            }
            if (at >= 0) (output[at] as number) += slopes[from] as number;
          }
        }
      }
    }
  });
};
