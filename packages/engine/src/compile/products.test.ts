import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { installKernels } from '../kernels/index.ts';
import { createCompiler } from './compiler.ts';
import type { Step } from './types.ts';

Object.assign(process.env, {
  TF_NUM_INTRAOP_THREADS: '2',
  TF_NUM_INTEROP_THREADS: '1',
  TF_ENABLE_ONEDNN_OPTS: '1',
  TF_CPP_MIN_LOG_LEVEL: '3',
});
await import('@tensorflow/tfjs-node');
installKernels();

/** What TensorFlow would fuse with a product, fold into it or regroup. */
const step: Step = (feeds) => {
  const { x, w, b, xTransposed, wTransposed, c } = feeds as Record<'x' | 'w' | 'b' | 'xTransposed' | 'wTransposed' | 'c', tf.Tensor2D>;
  const product = tf.matMul(x, w);
  const loss = (weights: tf.Tensor, bias: tf.Tensor) =>
    tf
      .matMul(x, weights as tf.Tensor2D)
      .add(bias)
      .relu()
      .square()
      .sum<tf.Scalar>();
  const [gradient] = tf.grads((weights, bias) => loss(weights as tf.Tensor, bias as tf.Tensor))([w, b]);
  return {
    biased: product.add(b),
    relu: product.add(b).relu(),
    tanh: product.mul(0.3).add(b).tanh(),
    transposed: tf.matMul(tf.transpose(xTransposed), w).add(1),
    sum: product.add(tf.matMul(x, tf.transpose(wTransposed))).add(c),
    gradient: gradient as tf.Tensor,
  };
};

it.each([
  [64, 128, 48],
  [7, 300, 10],
  [1, 64, 64],
  [128, 500, 10],
  [16, 2, 200],
])('computes products of %i x %i x %i to the same bits as eager steps', (m, k, n) => {
  const normal = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed);
  const shapes = { x: [m, k], w: [k, n], b: [n], xTransposed: [k, m], wTransposed: [n, k], c: [m, n] };
  const feeds = Object.fromEntries(Object.entries(shapes).map(([name, shape], i) => [name, normal(shape, i + 1)]));
  const reasons: string[] = [];
  const { run } = createCompiler({ log: (reason) => reasons.push(reason) })(step, () => []);
  const bits = () => Object.entries(run(feeds)).map(([name, tensor]) => [name, [...tensor.dataSync()]]);
  const eager = bits();
  expect(bits()).toEqual(eager); // recorded again
  expect(bits()).toEqual(eager); // replayed
  expect(reasons).toEqual([]);
});
