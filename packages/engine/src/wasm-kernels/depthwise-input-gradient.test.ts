import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, it } from 'vitest';
import { loadWasm } from '../wasm.ts';
import { expectSameGradients } from './test-helpers.ts';

describe('the input gradient of a depthwise convolution', () => {
  beforeAll(loadWasm);

  it.each<[string, number[], number[], number, 'same' | 'valid' | number]>([
    ['stride 1', [3, 6, 5, 4], [3, 3, 4, 1], 1, 'same'],
    ['stride 2 and two outputs per channel', [2, 7, 6, 3], [3, 2, 3, 2], 2, 'same'],
    ['no padding', [2, 7, 6, 5], [2, 3, 5, 1], 2, 'valid'],
    ['more padding than the filter reaches', [2, 3, 4, 2], [2, 2, 2, 3], 1, 3],
    ['pixels that no window reaches', [2, 8, 9, 6], [2, 1, 6, 1], 3, 'valid'],
  ])('is that of the plain JavaScript backend: %s', async (_, image, filter, strides, pad) => {
    await expectSameGradients((x, w) => tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad), image, filter);
  });

  it('is so for a separable convolution', async () => {
    const separable = (x: tf.Tensor, depthwise: tf.Tensor, pointwise: tf.Tensor) =>
      tf.separableConv2d(x as tf.Tensor4D, depthwise as tf.Tensor4D, pointwise as tf.Tensor4D, 1, 'same');
    await expectSameGradients(separable, [2, 5, 5, 3], [3, 3, 3, 2], [1, 1, 6, 4]);
  });
});
