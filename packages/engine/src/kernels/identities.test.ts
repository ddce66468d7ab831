import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { installIdentities } from './identities.ts';

Object.assign(process.env, { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '3' });
await import('@tensorflow/tfjs-node');

it('shares the data of casts and reshapes that change nothing, and frees it once', () => {
  installIdentities();
  const { numTensors, numDataBuffers } = tf.memory();
  const x = tf.tensor2d([[1, 2, 3]]);
  const same = [tf.cast(x, 'float32'), tf.reshape(x, [1, 3])];
  expect(tf.memory().numDataBuffers).toBe(numDataBuffers + 1);
  const other = [tf.cast(x, 'int32'), tf.reshape(x, [3, 1])];
  x.dispose();
  expect(same.map((tensor) => tensor.arraySync())).toEqual([[[1, 2, 3]], [[1, 2, 3]]]);
  expect(other.map((tensor) => tensor.arraySync())).toEqual([[[1, 2, 3]], [[1], [2], [3]]]);
  tf.dispose([same, other]);
  expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers });
});
