import { tf } from '@espalier/core';
import { afterEach, describe, expect, it } from 'vitest';
import { lenet300 } from './lenet-300-100.ts';

afterEach(() => tf.disposeVariables());

describe('lenet-300-100', () => {
  it.each([[[784]], [[28, 28]], [[28, 28, 1]], [[2, 3, 4, 5]]])('takes examples of shape %j', (inputShape) => {
    const model = lenet300().build({ inputShape, classes: 7, seed: () => 1 });
    const size = inputShape.reduce((product, dimension) => product * dimension);
    expect(model.getLayer('fc1').getWeights()[0]?.shape).toEqual([size, 300]);
    expect(model.outputShape).toEqual([null, 7]);
  });

  it.each([
    [0.5, [150, 50]],
    [0.055, [17, 6]],
    [0.001, [1, 1]],
  ])('has a factor on the units of its hidden layers: %s', (width, units) => {
    const model = lenet300({ width }).build({ inputShape: [784], classes: 10, seed: () => 1 });
    expect(['fc1', 'fc2', 'fc3'].map((name) => model.getLayer(name).getWeights()[0]?.shape[1])).toEqual([...units, 10]);
  });

  it('draws from normal distributions of variance 2/inputs before a relu and 1/inputs before the logits, cut off at 2 standard deviations', () => {
    const model = lenet300().build({ inputShape: [784], classes: 10, seed: () => 1 });
    const cutOff = 0.8796; // standard deviation of a normal distribution that is cut off at 2
    for (const [name, std] of [
      ['fc1', Math.sqrt(2 / 784)],
      ['fc2', Math.sqrt(2 / 300)],
      ['fc3', Math.sqrt(1 / 100)],
    ] as const) {
      tf.tidy(() => {
        const kernel = model.getLayer(name).getWeights()[0] as tf.Tensor;
        expect((tf.moments(kernel).variance.arraySync() as number) ** 0.5 / std / cutOff, name).toBeCloseTo(1, 1);
        expect(kernel.abs().max().arraySync(), name).toBeLessThanOrEqual(2 * std * 1.000001);
      });
    }
  });
});
