import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { installSoftmaxCrossEntropy } from './softmax-cross-entropy.ts';

Object.assign(process.env, { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '3' });
await import('@tensorflow/tfjs-node');

const logits = tf.randomNormal([16, 10], 0, 3, 'float32', 1);
const labels = tf.softmax(tf.randomNormal([16, 10], 0, 3, 'float32', 2));
const weights = tf.randomUniform([16], 0, 2, 'float32', 3);
const loss = (y: tf.Tensor, x: tf.Tensor, weight?: tf.Tensor, smoothing?: number, reduction?: number) =>
  tf.losses.softmaxCrossEntropy(y, x, weight, smoothing, reduction) as tf.Tensor;

it('keeps the loss and its first and second derivatives as they were', () => {
  const variants = [
    (x: tf.Tensor, y: tf.Tensor) => loss(y, x),
    (x: tf.Tensor, y: tf.Tensor) => loss(y, x, weights, 0.1),
    (x: tf.Tensor, y: tf.Tensor) => loss(y, x, weights, 0, tf.Reduction.NONE),
    (x: tf.Tensor, y: tf.Tensor) => loss(y.reshape([4, 4, 10]), x.reshape([4, 4, 10])),
    (x: tf.Tensor, y: tf.Tensor) => loss(y, x, undefined, 0, tf.Reduction.SUM),
  ];
  const all = () =>
    variants.flatMap((f) => [
      f(logits, labels),
      ...tf.grads((x, y) =>
        f(x as tf.Tensor, y as tf.Tensor)
          .square()
          .sum(),
      )([logits, labels]),
      tf.grad((x) =>
        tf
          .grad((z) => f(z.square(), labels).sum())(x)
          .square()
          .sum(),
      )(logits),
    ]);
  const before = all();
  installSoftmaxCrossEntropy();
  for (const [i, after] of all().entries()) {
    const expected = before[i] as tf.Tensor;
    expect(after.shape).toEqual(expected.shape);
    const size = tf.max(tf.abs(expected)).dataSync()[0] as number;
    expect(tf.max(tf.abs(tf.sub(after, expected))).dataSync()[0]).toBeLessThan(2e-6 * (1 + size));
  }
});
