import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadWasm } from '../wasm.ts';
import { expectSameAsCpu } from './test-helpers.ts';

type Shape = [number, number, number, number];
type Strides = [number, number];
type Padding = Parameters<typeof tf.conv2d>[3];

async function expectSameFilterGradient(image: Shape, filter: Shape, strides: Strides, pad: Padding): Promise<void> {
  await expectSameAsCpu(() => {
    const x = tf.randomNormal<tf.Rank.R4>(image, 0, 1, 'float32', 1);
    const w = tf.randomNormal<tf.Rank.R4>(filter, 0, 1, 'float32', 2);
    const dy = tf.randomNormal(tf.conv2d(x, w, strides, pad).shape, 0, 1, 'float32', 3);
    const { numTensors } = tf.memory();
    const dw = tf.grad((weights) => tf.conv2d(x, weights as tf.Tensor4D, strides, pad))(w, dy);
    expect(tf.memory().numTensors).toBe(numTensors + 1);
    return [dw];
  });
}

describe('the filter gradient of a convolution', () => {
  beforeAll(loadWasm);

  it.each<[string, Shape, Shape, Strides, Padding]>([
    ['stride 1', [3, 6, 5, 4], [3, 3, 4, 2], [1, 1], 'same'],
    ['stride 2 and an even size', [3, 6, 8, 4], [3, 3, 4, 2], [2, 2], 'same'],
    ['stride 2 and an odd size', [2, 7, 5, 3], [3, 2, 3, 4], [2, 2], 'valid'],
    ['rows that no window reaches', [2, 8, 8, 2], [2, 2, 2, 3], [3, 3], 'valid'],
    ['padding in numbers', [2, 5, 6, 2], [3, 3, 2, 3], [2, 1], [[0, 0], [2, 1], [0, 3], [0, 0]]], // biome-ignore format: one line per case
    ['a filter of one pixel', [2, 5, 6, 3], [1, 1, 3, 4], [2, 2], 'valid'],
    ['one row, as conv1d has', [4, 1, 9, 3], [1, 3, 3, 2], [1, 2], 'same'],
    ['long pieces to copy', [40, 6, 6, 2], [3, 3, 2, 3], [1, 1], 'same'],
  ])('is that of the plain JavaScript backend: %s', async (_, image, filter, strides, pad) => {
    await expectSameFilterGradient(image, filter, strides, pad);
  });

  it('is so for any sizes', async () => {
    const size = fc.integer({ min: 1, max: 4 });
    const shapes = fc.record({ batch: size, extra: fc.tuple(size, size), filter: fc.tuple(size, size), channels: fc.tuple(size, size) });
    const any = fc.asyncProperty(
      shapes,
      fc.tuple(size, size),
      fc.constantFrom('same' as const, 'valid' as const),
      async ({ batch, extra, filter, channels }, strides, pad) => {
        const image: Shape = [batch, filter[0] + extra[0] - 1, filter[1] + extra[1] - 1, channels[0]];
        await expectSameFilterGradient(image, [...filter, ...channels], strides, pad);
      },
    );
    await fc.assert(any, { seed: 1, numRuns: 50 });
  });

  it('adds up what it computes block by block', async () => {
    await tf.setBackend('wasm');
    const x = tf.randomNormal<tf.Rank.R4>([64, 32, 32, 16]); // 9.4 million floats with a filter of 3x3: two blocks
    const w = tf.ones<tf.Rank.R4>([3, 3, 16, 2]);
    const of = (images: tf.Tensor4D) => tf.grad((weights) => tf.conv2d(images, weights as tf.Tensor4D, 1, 'same').square())(w);
    const whole = of(x);
    const halves = tf.split(x, 2).map((half) => of(half as tf.Tensor4D));
    const error = tf.max(tf.abs(tf.sub(whole, tf.addN(halves)))).div(tf.max(tf.abs(whole)));
    expect(error.dataSync()[0]).toBeLessThan(1e-4);
  });
});
