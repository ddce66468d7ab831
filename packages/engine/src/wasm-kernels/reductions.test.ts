import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadWasm } from '../wasm.ts';
import { expectSameAsCpu, expectSameGradients } from './test-helpers.ts';

describe.each([
  ['sum', tf.sum],
  ['mean', tf.mean],
])('%s', (_, reduce) => {
  beforeAll(loadWasm);

  it.each<[number[], number[]]>([
    [[7, 5], [0]],
    [
      [3, 4, 5, 6],
      [0, 1, 2],
    ],
    [
      [3, 4, 5, 6],
      [1, 0],
    ],
    [
      [1, 40, 50, 3],
      [0, 1, 2],
    ],
    [[3, 4, 5, 6], [-1]],
    [
      [3, 4, 5],
      [0, 1, 2],
    ],
    [[3, 4, 5], [1]],
    [
      [2, 0, 3],
      [0, 1],
    ],
  ])('of %j over the axes %j is that of the plain JavaScript backend', async (shape, axes) => {
    const f = (x: tf.Tensor) => reduce(x, axes);
    const x = () => tf.randomNormal(shape, 1, 1, 'float32', 1);
    await expectSameAsCpu(() => [f(x()), reduce(x(), axes, true)]);
    if (!shape.includes(0)) await expectSameGradients(f, shape);
  });

  it('leaves other types alone', async () => {
    await expectSameAsCpu(() => [
      reduce(tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32'), 0),
      reduce(tf.tensor2d([1, 0, 1, 1], [2, 2], 'bool'), 0),
    ]);
  });

  it('loses little by rounding', () => {
    tf.setBackend('wasm');
    const x = tf.fill([100_000, 1], 0.1);
    const [value] = reduce(x, 0).dataSync();
    const exact = Math.fround(0.1) * (reduce === tf.sum ? 100_000 : 1);
    expect(Math.abs((value as number) / exact - 1)).toBeLessThan(1e-6);
  });
});
