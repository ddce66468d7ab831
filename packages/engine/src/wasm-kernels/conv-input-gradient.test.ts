import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, it } from 'vitest';
import { loadWasm } from '../wasm.ts';
import { expectSameAsCpu, expectSameGradients } from './test-helpers.ts';

type Strides = [number, number];
type Padding = Parameters<typeof tf.conv2d>[3];

const convolution = (strides: Strides, pad: Padding) => (x: tf.Tensor, w: tf.Tensor) =>
  tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad);

describe('the input gradient of a convolution', () => {
  beforeAll(loadWasm);

  it.each<[string, number[], number[], Strides, Padding]>([
    ['stride 1', [3, 6, 5, 4], [3, 3, 4, 2], [1, 1], 'same'],
    ['stride 1 without padding', [3, 6, 5, 4], [3, 4, 4, 2], [1, 1], 'valid'],
    ['stride 2 and an even size', [3, 6, 8, 4], [3, 3, 4, 2], [2, 2], 'same'],
    ['stride 2 and an odd size', [2, 7, 5, 3], [3, 2, 3, 4], [2, 2], 'valid'],
    ['pixels that no window reaches', [2, 8, 9, 2], [2, 2, 2, 3], [4, 3], 'valid'],
    ['padding in numbers', [2, 5, 6, 2], [3, 3, 2, 3], [2, 1], [[0, 0], [2, 1], [0, 3], [0, 0]]], // biome-ignore format: one line per case
    ['more padding than the filter reaches', [2, 3, 3, 2], [2, 2, 2, 3], [1, 2], [[0, 0], [4, 5], [3, 3], [0, 0]]], // biome-ignore format: one line per case
    ['a filter of one pixel', [2, 5, 6, 3], [1, 1, 3, 4], [2, 2], 'valid'],
  ])('is that of the plain JavaScript backend: %s', async (_, image, filter, strides, pad) => {
    await expectSameGradients(convolution(strides, pad), image, filter);
  });

  it('is so for any sizes', async () => {
    const size = fc.integer({ min: 1, max: 4 });
    const shapes = fc.record({ batch: size, extra: fc.tuple(size, size), filter: fc.tuple(size, size), channels: fc.tuple(size, size) });
    const any = fc.asyncProperty(
      shapes,
      fc.tuple(size, size),
      fc.constantFrom('same' as const, 'valid' as const),
      async ({ batch, extra, filter, channels }, strides, pad) => {
        const image = [batch, filter[0] + extra[0] - 1, filter[1] + extra[1] - 1, channels[0]];
        await expectSameGradients(convolution(strides, pad), image, [...filter, ...channels]);
      },
    );
    await fc.assert(any, { seed: 2, numRuns: 50 });
  });

  it('is the forward pass of a transposed convolution too', async () => {
    await expectSameAsCpu(() => {
      const x = tf.randomNormal([2, 4, 3, 5], 0, 1, 'float32', 1) as tf.Tensor4D;
      const w = tf.randomNormal([3, 3, 2, 5], 0, 1, 'float32', 2) as tf.Tensor4D;
      return [tf.conv2dTranspose(x, w, [2, 8, 6, 2], 2, 'same')];
    });
  });
});
