import { tf } from '@espalier/core';
import { afterEach, describe, expect, it } from 'vitest';
import { mlp } from './mlp.ts';

afterEach(() => tf.disposeVariables());

describe('mlp', () => {
  const shapes = (model: tf.LayersModel) => model.layers.flatMap((layer) => layer.getWeights()[0]?.shape.join('x') ?? []);

  it.each([
    [undefined, ['784x200', '200x150', '150x100', '100x80', '80x60', '60x10']],
    [[5], ['784x5', '5x10']],
    [[], ['784x10']],
  ])('has the hidden layers %j', (units, expected) => {
    const model = mlp(units ? { units } : {}).build({ inputShape: [28, 28, 1], classes: 10, seed: () => 1 });
    expect(shapes(model)).toEqual(expected);
    expect(model.outputShape).toEqual([null, 10]);
  });

  it('refuses a layer without units', () => {
    expect(() => mlp({ units: [0] })).toThrow(expect.objectContaining({ code: 'E_OPTIONS' }));
  });
});
