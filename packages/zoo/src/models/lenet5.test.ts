import { tf } from '@espalier/core';
import { afterEach, describe, expect, it } from 'vitest';
import { lenet5 } from './lenet5.ts';

const build = (inputShape: readonly number[]) => lenet5().build({ inputShape, classes: 10, seed: () => 1 });

afterEach(() => tf.disposeVariables());

describe('lenet5', () => {
  it.each([[[784]], [[28, 28]], [[15, 28, 1]], [[28, 15, 1]], [[28, 28, 0]], [[1, 28, 28, 1]]])(
    'refuses examples of shape %j',
    (inputShape) => {
      expect(() => build(inputShape)).toThrow(expect.objectContaining({ code: 'E_INPUT_SHAPE' }));
    },
  );

  it('takes images of 16x16 pixels, which leave one pixel for fc1', () => {
    const model = build([16, 16, 3]);
    expect(model.getLayer('fc1').getWeights()[0]?.shape).toEqual([50, 500]);
  });

  it('has a factor on the filters and units of all layers but the last', () => {
    const model = lenet5({ width: 0.1 }).build({ inputShape: [28, 28, 1], classes: 10, seed: () => 1 });
    expect(['conv1', 'conv2', 'fc1', 'fc2'].map((name) => model.getLayer(name).getWeights()[0]?.shape.at(-1))).toEqual([2, 5, 50, 10]);
  });

  it('has batch normalization if it is asked for, and no bias before it', () => {
    const model = lenet5({ batchNorm: true }).build({ inputShape: [28, 28, 1], classes: 10, seed: () => 1 });
    expect(model.layers.map(({ name }) => name).join(' ')).toBe('input conv1 bn1 pool1 conv2 bn2 pool2 flatten fc1 bn3 relu fc2');
    expect(['conv1', 'conv2', 'fc1', 'fc2'].map((name) => model.getLayer(name).getWeights().length)).toEqual([1, 1, 1, 2]);
    expect(
      build([28, 28, 1])
        .layers.map(({ name }) => name)
        .join(' '),
    ).toBe('input conv1 pool1 conv2 pool2 flatten fc1 fc2');
  });
});
