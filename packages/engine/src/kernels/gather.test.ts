import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { installGather } from './gather.ts';

Object.assign(process.env, { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '3' });
await import('@tensorflow/tfjs-node');

it('keeps gather and its gradient as they were, and refuses indices out of range', () => {
  const table = tf.randomNormal([7, 3], 0, 1, 'float32', 1);
  const indices = tf.tensor2d([6, 0, 0, 3], [2, 2], 'int32');
  const all = () =>
    [
      tf.gather(table, indices),
      tf.gather(table, tf.tensor1d([2, 1], 'int32'), 1),
      tf.gather(table, tf.tensor2d([[0], [1], [2], [0], [1], [2], [0]], [7, 1], 'int32'), 1, 1),
      tf.grad((z) => tf.gather(z, indices).square().sum())(table),
    ].map((tensor) => tensor.arraySync());
  const before = all();
  installGather();
  expect(all()).toEqual(before);
  expect(() => tf.gather(table, tf.tensor1d([7], 'int32'))).toThrow();
});
