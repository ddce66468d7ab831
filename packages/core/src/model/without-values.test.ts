import { expect, it } from 'vitest';
import { onCpu, values } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { withoutValues } from './without-values.ts';

onCpu();

const dense = () => tf.sequential({ layers: [tf.layers.dense({ inputShape: [3], units: 2, name: 'fc' })] });
const weightsOf = (model: tf.LayersModel) => model.weights.map((weight) => values(() => weight.read()));

it('builds the same layers, all of whose weights are zero', () => {
  const shapes = (model: tf.LayersModel) => model.weights.map(({ shape, originalName }) => [originalName.split('/').at(-1), shape]);
  const [empty, full] = [withoutValues(dense), dense()];
  expect(shapes(empty)).toEqual(shapes(full));
  expect(weightsOf(empty).flat()).toEqual(new Array(8).fill(0));
  expect(weightsOf(full)[0]).not.toContain(0);
});

it('builds recurrent layers too, whose cells make the weights', () => {
  const model = withoutValues(() => tf.sequential({ layers: [tf.layers.gru({ inputShape: [4, 3], units: 2 })] }));
  expect(model.countParams()).toBe(3 * 6 + 2 * 6 + 6);
  expect(weightsOf(model).flat()).toEqual(new Array(36).fill(0));
});

it('leaves initializers as they were, after an error too', () => {
  expect(() =>
    withoutValues(() => {
      throw new Error('no model');
    }),
  ).toThrow('no model');
  expect(weightsOf(dense())[0]).not.toContain(0);
});
