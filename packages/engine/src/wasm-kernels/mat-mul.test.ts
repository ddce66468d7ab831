import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { loadWasm } from '../wasm.ts';
import { expectSameGradients } from './test-helpers.ts';

beforeAll(loadWasm);

it.each([
  [false, false, [5, 3], [3, 4]],
  [true, false, [3, 5], [3, 4]],
  [false, true, [5, 3], [4, 3]],
  [true, true, [3, 5], [4, 3]],
  [true, true, [2, 3, 5], [2, 4, 3]],
  [false, true, [2, 6, 5, 3], [2, 6, 4, 3]],
])('gives the gradients of the plain JavaScript backend, transposed %s and %s', async (transposeA, transposeB, a, b) => {
  await expectSameGradients((x, y) => tf.matMul(x, y, transposeA, transposeB), a, b);
});

it('multiplies transposed matrices', async () => {
  await tf.setBackend('wasm');
  const product = tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2]), true, true);
  expect([...product.dataSync()]).toEqual([23, 31, 34, 46]);
});
