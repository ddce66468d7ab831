import { expect, test } from 'vitest';
import { tf } from '../tf.ts';
import { withSeededRandom } from './seeded-random.ts';

await tf.setBackend('cpu');

const dropped = (seed: number, step: number) =>
  withSeededRandom(seed, step, () => Array.from(tf.tidy(() => tf.dropout(tf.ones([50]), 0.5).dataSync())));

test('dropout gives the same numbers for the same seed and step, others for others', () => {
  expect(dropped(1, 7)).toEqual(dropped(1, 7));
  expect(dropped(1, 7)).not.toEqual(dropped(1, 8));
  expect(dropped(1, 7)).not.toEqual(dropped(2, 7));
});

test('Math.random is given back, also when something throws', () => {
  const { random } = Math;
  expect(() =>
    withSeededRandom(0, 0, () => {
      throw new Error('stop');
    }),
  ).toThrow('stop');
  expect(Math.random).toBe(random);
});
