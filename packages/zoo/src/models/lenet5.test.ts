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
});
