import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadWasm } from '../wasm.ts';
import { expectSameGradients } from './test-helpers.ts';

describe('the sum of segments', () => {
  beforeAll(loadWasm);

  it('adds the rows with the same number and leaves others out', async () => {
    await tf.setBackend('wasm');
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8], [4, 2]);
    const sums = tf.unsortedSegmentSum(x, tf.tensor1d([2, 0, 2, -1], 'int32'), 3);
    expect(sums.arraySync()).toEqual([
      [3, 4],
      [0, 0],
      [6, 8],
    ]);
  });

  it.each([[0], [1]])('gives the gradient of gathering along axis %i', async (axis) => {
    const indices = () => tf.tensor1d([0, 2, 2, 1, 0], 'int32');
    await expectSameGradients((x) => tf.tidy(() => tf.gather(x, indices(), axis)), [3, 4, 2]);
  });
});
