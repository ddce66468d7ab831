import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadWasm } from '../wasm.ts';
import { expectSameAsCpu } from './test-helpers.ts';

type Shape = [number, number, number, number];

describe('the filter gradient of a depthwise convolution', () => {
  beforeAll(loadWasm);

  it.each<[string, Shape, Shape, number, 'same' | 'valid' | number]>([
    ['stride 1', [3, 6, 5, 4], [3, 3, 4, 1], 1, 'same'],
    ['stride 2 and two outputs per channel', [2, 7, 6, 3], [3, 2, 3, 2], 2, 'same'],
    ['no padding', [2, 7, 6, 5], [2, 3, 5, 1], 2, 'valid'],
    ['more padding than the filter reaches', [2, 3, 4, 2], [2, 2, 2, 3], 1, 3],
    ['pixels that no window reaches', [2, 8, 9, 6], [2, 1, 6, 1], 3, 'valid'],
  ])('is that of the plain JavaScript backend: %s', async (_, image, filter, strides, pad) => {
    await expectSameAsCpu(() => {
      const x = tf.randomNormal<tf.Rank.R4>(image, 0, 1, 'float32', 1);
      const w = tf.randomNormal<tf.Rank.R4>(filter, 0, 1, 'float32', 2);
      const dy = tf.randomNormal(tf.depthwiseConv2d(x, w, strides, pad).shape, 0, 1, 'float32', 3);
      const { numTensors } = tf.memory();
      const dw = tf.grad((weights) => tf.depthwiseConv2d(x, weights as tf.Tensor4D, strides, pad))(w, dy);
      expect(tf.memory().numTensors).toBe(numTensors + 1);
      return [dw];
    });
  });
});
