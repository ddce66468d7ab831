import * as tf from '@tensorflow/tfjs';
import { floatType, nativeBackend, type OpAttribute, replaceKernel } from './native.ts';

/**
 * Small products of two matrices are `MatMul` operations, which TensorFlow computes on the thread that reaches them. TensorFlow.js calls
 * `BatchMatMulV2`, which wakes all threads for every product and waits for them; recurrent networks have hundreds of small ones in a step,
 * and take half the time on two threads. On one thread it makes no difference.
 *
 * Sums of many terms are left as they are: there the two add in another order, and runs that were saved should come out again.
 */
export function installMatMul(): void {
  replaceKernel('BatchMatMul', (original) => (args) => {
    const { a, b } = args.inputs as { a: tf.Tensor; b: tf.Tensor };
    const { transposeA, transposeB } = args.attrs as { transposeA: boolean; transposeB: boolean };
    const terms = a.shape.at(transposeA ? -2 : -1) as number;
    const multiplyAdds = a.size * (b.shape.at(transposeB ? -2 : -1) as number);
    const isSmall = terms <= LONGEST_SUM && multiplyAdds <= LARGEST;
    if (!isSmall || !isMatrix(a) || !isMatrix(b) || a.shape.length !== b.shape.length) return original(args);
    const backend = nativeBackend();
    const flag = (name: string, value: boolean): OpAttribute => ({ name, type: backend.binding.TF_ATTR_BOOL, value });
    const attributes = [floatType(backend), flag('transpose_a', transposeA), flag('transpose_b', transposeB)];
    return tf.tidy(() => {
      const product = backend.executeSingleOutput('MatMul', attributes, [flat(a), flat(b)]);
      return a.shape.length === 2 ? product : tf.reshape(product, [...a.shape.slice(0, -2), ...product.shape]);
    });
  });
}

// --- helpers ---

/** Multiply-adds: a tenth of a millisecond on one thread. */
const LARGEST = 2 ** 23;
/** oneDNN's block of a sum with AVX-512. */
const LONGEST_SUM = 384;

/** `tf.layers.dense` multiplies batches of one matrix. */
const isMatrix = ({ dtype, shape }: tf.Tensor): boolean => dtype === 'float32' && shape.slice(0, -2).every((n) => n === 1);

const flat = (x: tf.Tensor): tf.Tensor => (x.shape.length === 2 ? x : tf.reshape(x, x.shape.slice(-2)));
