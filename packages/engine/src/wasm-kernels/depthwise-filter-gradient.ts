import type * as tf from '@tensorflow/tfjs';
import { geometryOf } from './geometry.ts';
import { fillTensor, type Kernel, replaceKernel, type Values } from './wasm-backend.ts';

/**
 * The gradient of a depthwise convolution by its filter, which the WebAssembly backend lacks:
 *
 *   dw[ky, kx, c, q] = Σ over n, oy, ox of x[n, oy·strideY + ky − top, ox·strideX + kx − left, c] · dy[n, oy, ox, c·multiplier + q]
 *
 * Shapes: x [batch, height, width, in], dy [batch, outHeight, outWidth, in · multiplier], the result [filterHeight, filterWidth, in,
 * multiplier]. Sums in 64 bits.
 */
export function installDepthwiseFilterGradient(): void {
  replaceKernel('DepthwiseConv2dNativeBackpropFilter', () => filterGradient);
}

// --- helpers ---

const filterGradient: Kernel = ({ x, dy }, attributes) => {
  const shape = attributes.filterShape as number[];
  const geometry = geometryOf('DepthwiseConv2dNativeBackpropFilter', (x as tf.Tensor).shape, shape, attributes);
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = geometry;
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = geometry;
  const multiplier = outChannels / inChannels;
  const width = Math.ceil(outChannels / 4) * 4; // the loop takes four channels at a time; what is beyond the last isn't used
  const sums = new Float64Array(filterHeight * filterWidth * width);
  return fillTensor(shape, [x as tf.Tensor, dy as tf.Tensor], (output, input, slopes) => {
    for (let n = 0; n < batchSize; n++) {
      for (let tap = 0; tap < filterHeight * filterWidth; tap++) {
        const shiftY = Math.floor(tap / filterWidth) - padInfo.top;
        const shiftX = (tap % filterWidth) - padInfo.left;
        const first = Math.max(0, Math.ceil(-shiftX / strideWidth));
        const end = Math.min(outWidth, Math.ceil((inWidth - shiftX) / strideWidth));
        for (let oy = 0; oy < outHeight; oy++) {
          const iy = oy * strideHeight + shiftY;
          if (iy < 0 || iy >= inHeight) continue;
          const pixel = ((n * inHeight + iy) * inWidth + first * strideWidth + shiftX) * inChannels;
          const slope = ((n * outHeight + oy) * outWidth + first) * outChannels;
          const row: Row = { pixel, pixelStep: strideWidth * inChannels, slope, slopeStep: outChannels, count: end - first };
          for (let k = 0; k < outChannels; k += 4) addRow(sums, tap * width + k, input, slopes, row, k, multiplier);
        }
      }
    }
    for (let i = 0; i < output.length; i++) output[i] = sums[Math.floor(i / outChannels) * width + (i % outChannels)] as number;
  });
};

/** Where the pixels and slopes of one row start that meet at one weight. */
interface Row {
  readonly pixel: number;
  readonly pixelStep: number;
  readonly slope: number;
  readonly slopeStep: number;
  readonly count: number;
}

/** Adds the products of one row for the output channels k to k + 3. */
function addRow(sums: Float64Array, to: number, input: Values, slopes: Values, row: Row, k: number, multiplier: number): void {
  const a = row.pixel + Math.floor(k / multiplier);
  const b = row.pixel + Math.floor((k + 1) / multiplier);
  const c = row.pixel + Math.floor((k + 2) / multiplier);
  const d = row.pixel + Math.floor((k + 3) / multiplier);
  let [sumA, sumB, sumC, sumD] = [0, 0, 0, 0];
  for (let i = 0, from = 0, at = row.slope + k; i < row.count; i++, from += row.pixelStep, at += row.slopeStep) {
    sumA += (input[a + from] as number) * (slopes[at] as number);
    sumB += (input[b + from] as number) * (slopes[at + 1] as number);
    sumC += (input[c + from] as number) * (slopes[at + 2] as number);
    sumD += (input[d + from] as number) * (slopes[at + 3] as number);
  }
  (sums[to] as number) += sumA;
  (sums[to + 1] as number) += sumB;
  (sums[to + 2] as number) += sumC;
  (sums[to + 3] as number) += sumD;
}
