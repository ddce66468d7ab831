import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { loadWasm } from '../wasm.ts';

beforeAll(loadWasm);

const x = [-7, -1, 0, 0.5, 6, 6.5, 9];
const slopes = (f: (x: tf.Tensor1D) => tf.Tensor) => [
  ...tf
    .grad((x) => f(x as tf.Tensor1D))(tf.tensor1d(x))
    .dataSync(),
];

it.each(['wasm', 'cpu'])('passes the gradient inside the limits, which belong to them, on %s', async (backend) => {
  await tf.setBackend(backend);
  expect(slopes((x) => tf.clipByValue(x, -1, 6))).toEqual([0, 1, 1, 1, 1, 0, 0]);
  expect(slopes(tf.relu6)).toEqual([0, 0, 0, 1, 1, 0, 0]);
});
