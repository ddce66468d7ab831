import type * as tf from '@tensorflow/tfjs';
import type { Geometry } from './geometry.ts';
import { fillTensor, type Values } from './wasm-backend.ts';

/** A convolution of stride 1; its filter is [height, width, out, in] with `in` of the geometry as its output channels. */
export type Convolve = (x: tf.Tensor4D, filter: tf.Tensor4D, pad: [[0, 0], [number, number], [number, number], [0, 0]]) => tf.Tensor4D;

/**
 * dx of a convolution, as forward convolutions of dy:
 *
 *   dx[n, iy, ix, c] = Σ over ky, kx, k of dy[n, (iy + top − ky) / strideY, (ix + left − kx) / strideX, k] · w[ky, kx, c, k]
 *
 * where the divisions leave no rest. So the pixels with the same rest of (iy + top) / strideY and (ix + left) / strideX see the same
 * weights: each such phase is a convolution of dy with these weights, flipped, and takes no product with a zero. Then the phases are
 * interleaved.
 *
 * Shapes: dy [batch, outHeight, outWidth, out], filter [filterHeight, filterWidth, in, out], the result [batch, height, width, in].
 */
export function transposedConvolution(dy: tf.Tensor4D, filter: tf.Tensor4D, geometry: Geometry, convolve: Convolve): tf.Tensor {
  const { inHeight, inWidth, outHeight, outWidth, strideHeight, strideWidth, filterHeight, filterWidth, padInfo } = geometry;
  const phasesY = phasesOf(inHeight, outHeight, filterHeight, strideHeight, padInfo.top);
  const phasesX = phasesOf(inWidth, outWidth, filterWidth, strideWidth, padInfo.left);
  const parts = phasesY.flatMap((y) =>
    phasesX.map((x) => {
      const image = convolve(dy, phaseFilter(filter, y, x, strideHeight, strideWidth), [[0, 0], y.pad, x.pad, [0, 0]]);
      return { y, x, image };
    }),
  );
  const [only] = parts;
  const shape = geometry.inShape;
  if (only && strideHeight * strideWidth === 1 && only.image.shape.every((size, i) => size === shape[i])) return only.image;
  return interleave(parts, geometry);
}

// --- helpers ---

/** The pixels i, on one axis, with i + pad ≡ rest (mod stride), from the first on. */
interface Phase {
  readonly rest: number;
  /** Weights that meet these pixels. */
  readonly taps: number;
  readonly first: number;
  readonly count: number;
  /** What dy gets before and after it. */
  readonly pad: [number, number];
  /** Position of the first pixel in the convolution's output. */
  readonly skip: number;
}

interface Part {
  readonly y: Phase;
  readonly x: Phase;
  readonly image: tf.Tensor4D;
}

function phasesOf(size: number, outSize: number, filterSize: number, stride: number, pad: number): Phase[] {
  return Array.from({ length: stride }, (_, rest) => {
    const taps = Math.ceil((filterSize - rest) / stride);
    const firstQuotient = Math.max(0, Math.ceil((pad - rest) / stride)); // (i + pad − rest) / stride of the first pixel
    const lastQuotient = Math.floor((size - 1 + pad - rest) / stride);
    const before = Math.max(0, taps - 1 - firstQuotient);
    return {
      rest,
      taps,
      first: firstQuotient * stride + rest - pad,
      count: lastQuotient - firstQuotient + 1,
      pad: [before, Math.max(0, lastQuotient - outSize + 1)] satisfies [number, number],
      skip: firstQuotient - (taps - 1 - before),
    };
  }).filter(({ taps, count }) => taps > 0 && count > 0);
}

/** Every stride-th weight from the rest on, flipped, input and output channels exchanged. */
function phaseFilter(filter: tf.Tensor4D, y: Phase, x: Phase, strideY: number, strideX: number): tf.Tensor4D {
  const [, width, inputs, outputs] = filter.shape;
  const flipped = fillTensor([y.taps, x.taps, outputs, inputs], [filter], (output, weights) => {
    let to = 0;
    for (let ky = y.rest + (y.taps - 1) * strideY; ky >= 0; ky -= strideY) {
      for (let kx = x.rest + (x.taps - 1) * strideX; kx >= 0; kx -= strideX) {
        const from = (ky * width + kx) * inputs * outputs;
        for (let k = 0; k < outputs; k++) for (let c = 0; c < inputs; c++) output[to++] = weights[from + c * outputs + k] as number;
      }
    }
  });
  return flipped as tf.Tensor4D;
}

/** All phases in one image; pixels that no weight meets are zero. */
function interleave(parts: readonly Part[], { inShape, inChannels, strideHeight, strideWidth }: Geometry): tf.Tensor {
  const [batch, height, width] = inShape;
  const images = parts.map(({ image }) => image);
  return fillTensor(inShape, images, (output, ...phases) => {
    output.fill(0);
    for (const [i, { y, x, image }] of parts.entries()) {
      const input = phases[i] as Values;
      for (let n = 0; n < batch; n++) {
        for (let row = 0; row < y.count; row++) {
          let from = ((n * image.shape[1] + row + y.skip) * image.shape[2] + x.skip) * inChannels;
          let to = ((n * height + y.first + row * strideHeight) * width + x.first) * inChannels;
          for (let column = 0; column < x.count; column++, to += (strideWidth - 1) * inChannels) {
            for (let c = 0; c < inChannels; c++) output[to++] = input[from++] as number;
          }
        }
      }
    }
  });
}
