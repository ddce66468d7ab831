import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadWasm } from '../wasm.ts';
import { expectSameGradients } from './test-helpers.ts';

describe('the gradient of max-pooling', () => {
  beforeAll(loadWasm);

  it('goes to the largest value, also where all are negative, and to the first of equals', async () => {
    await tf.setBackend('wasm');
    const x = tf.tensor4d([-4, -3, 0, 0, -2, -9, 0, 0], [1, 2, 4, 1]);
    const dx = tf.grad((x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'))(x, tf.tensor4d([10, 20], [1, 1, 2, 1]));
    expect([...dx.dataSync()]).toEqual([0, 0, 20, 0, 10, 0, 0, 0]);
  });

  it.each<[[number, number], [number, number], 'valid' | 'same' | number, number[]]>([
    [[2, 2], [2, 2], 'valid', [3, 6, 7, 4]],
    [[3, 3], [2, 2], 'same', [2, 7, 8, 3]],
    [[3, 2], [1, 1], 'same', [2, 5, 5, 3]],
    [[2, 1], [2, 1], 'valid', [2, 6, 1, 3]],
    [[3, 3], [2, 2], 1, [2, 6, 6, 2]],
  ])('is that of the plain JavaScript backend: window %j, strides %j, padding %s', async (window, strides, pad, shape) => {
    await expectSameGradients((x) => tf.maxPool(x as tf.Tensor4D, window, strides, pad), shape);
    await expectSameGradients((x) => tf.maxPool(tf.relu(x) as tf.Tensor4D, window, strides, pad), shape);
  });
});
