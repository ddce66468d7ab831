import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { loadWasm } from '../wasm.ts';

beforeAll(loadWasm);

it('keeps the data until the last tensor that shares it is gone', () => {
  const { numDataBuffers } = tf.memory();
  const x = tf.tensor1d([1, 2, 3]);
  const copy = x.clone();
  const cast = copy.cast('float32');
  expect(tf.memory().numDataBuffers).toBe(numDataBuffers + 1);
  tf.dispose([x, copy]);
  expect([...cast.dataSync()]).toEqual([1, 2, 3]);
  cast.dispose();
  expect(tf.memory().numDataBuffers).toBe(numDataBuffers);
});

it('casts to other types', () => {
  expect([...tf.tensor1d([0, 1.5, -2.5]).cast('int32').dataSync()]).toEqual([0, 1, -2]);
});

it('keeps what a variable was before it got a new value', () => {
  const variable = tf.variable(tf.tensor1d([1, 2]));
  const before = variable.clone();
  variable.assign(tf.tensor1d([3, 4]));
  expect([...before.dataSync(), ...variable.dataSync()]).toEqual([1, 2, 3, 4]);
});
