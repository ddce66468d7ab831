import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { installSoftmax } from './softmax.ts';

Object.assign(process.env, { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '3' });
await import('@tensorflow/tfjs-node');

it('keeps softmax and its gradient as they were, for large logits too', () => {
  const x = tf.tensor2d([...tf.randomNormal([200], 0, 3, 'float32', 1).dataSync(), 1000, 999, -1000, 0], [51, 4]);
  const both = () => [tf.softmax(x), tf.grad((z) => tf.softmax(z).square().sum())(x)].map((tensor) => [...tensor.dataSync()]);
  const before = both();
  installSoftmax();
  for (const [i, after] of both().entries()) {
    for (const [j, value] of after.entries()) expect(value).toBeCloseTo(before[i]?.[j] as number, 6);
  }
});
