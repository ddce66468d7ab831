import * as tf from '@tensorflow/tfjs';
import { fillTensor, type Kernel, replaceKernel } from './wasm-backend.ts';

/**
 * Sums of the rows of x with the same segment, which the WebAssembly backend lacks: the gradient of `gather`, so of every embedding.
 *
 *   y[s] = Σ over i with segmentIds[i] = s of x[i]
 *
 * Shapes: x [rows, ...] of floats, segmentIds [rows], y [numSegments, ...]. Rows of segments that aren't there are left out.
 */
export function installSegmentSum(): void {
  replaceKernel('UnsortedSegmentSum', () => segmentSum);
}

// --- helpers ---

const segmentSum: Kernel = ({ x, segmentIds }, attributes) => {
  const [rows, ids] = [x as tf.Tensor, segmentIds as tf.Tensor];
  const count = attributes.numSegments as number;
  const shape = rows.shape.slice(ids.rank);
  const width = tf.util.sizeFromShape(shape);
  return fillTensor([count, ...shape], [rows, ids], (output, values, segments) => {
    output.fill(0);
    for (const [i, segment] of segments.entries()) {
      if (segment < 0 || segment >= count) continue;
      for (let j = 0; j < width; j++) (output[segment * width + j] as number) += values[i * width + j] as number;
    }
  });
};
