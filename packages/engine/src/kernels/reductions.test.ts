import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { installReductions } from './reductions.ts';

Object.assign(process.env, { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '3' });
await import('@tensorflow/tfjs-node');

const x = tf.randomNormal([8, 6, 5, 4], 0, 1, 'float32', 1);
const reductions: ((x: tf.Tensor) => tf.Tensor)[] = [
  (x) => tf.sum(x),
  (x) => tf.sum(x, [0, 1, 2]),
  (x) => tf.sum(x, [0, 1, 2], true),
  (x) => tf.sum(x, [1, 3]),
  (x) => tf.sum(x.reshape([240, 4]), 0),
  (x) => tf.sum(x.toInt(), [0, 1, 2]).toFloat(),
  (x) => tf.mean(x),
  (x) => tf.mean(x, [1, 2]),
  (x) => tf.mean(x, [1, 2], true),
  (x) => tf.mean(x, -1),
];
const differentiable = reductions.filter((_, i) => i !== 5);

const all = () => [
  ...reductions.map((f) => f(x)),
  ...differentiable.map((f) => tf.grad((z) => f(z).square().sum())(x)),
  ...differentiable.map((f) =>
    tf.grad((z) =>
      tf
        .grad((w) => f(w.square()).square().sum())(z)
        .square()
        .sum(),
    )(x),
  ),
];

describe('installReductions', () => {
  it('keeps sums, means and their first and second derivatives as they were', () => {
    const before = all();
    installReductions();
    for (const [i, after] of all().entries()) {
      const expected = before[i] as tf.Tensor;
      expect(after.shape).toEqual(expected.shape);
      const error = tf.max(tf.abs(tf.sub(after, expected))).dataSync()[0] as number;
      expect(error / (1 + (tf.max(tf.abs(expected)).dataSync()[0] as number))).toBeLessThan(1e-6);
    }
  });

  it('sums 100,000 rows as exactly as before', () => {
    const rows = tf.randomUniform([100_000, 3], 0, 1, 'float32', 2);
    const exact = [0, 0, 0];
    for (const [i, value] of rows.dataSync().entries()) exact[i % 3] = (exact[i % 3] as number) + value;
    for (const [k, sum] of tf.sum(rows, 0).dataSync().entries()) expect(Math.abs(sum / (exact[k] as number) - 1)).toBeLessThan(1e-5);
  });
});
