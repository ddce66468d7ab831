import * as tf from '@tensorflow/tfjs';
import { type Kernel, replaceKernel } from './wasm-backend.ts';

/**
 * Matrix products whose factors are to be transposed, as all gradients of matrix products: transposes first. The WebAssembly backend is
 * fast for plain products only.
 *
 * Shapes: a [..., m, k] or [..., k, m], b [..., k, n] or [..., n, k], the result [..., m, n].
 */
export function installMatMul(): void {
  replaceKernel('BatchMatMul', (original) => (inputs, { transposeA, transposeB }) => {
    const a = transposeA ? swap(inputs.a as tf.Tensor) : inputs.a;
    const b = transposeB ? swap(inputs.b as tf.Tensor) : inputs.b;
    return original({ a, b } as Parameters<Kernel>[0], { transposeA: false, transposeB: false });
  });
}

// --- helpers ---

/** Exchanges the last two axes. */
function swap(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, i) => i);
  return tf.transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}
