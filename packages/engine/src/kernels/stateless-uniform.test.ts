import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { startEngine } from '../start.ts';
import { statelessUniform } from './stateless-uniform.ts';

await startEngine({ engine: 'native', threads: 1 });

const drawn = (...key: [number, number]) =>
  Array.from(tf.tidy(() => statelessUniform([40, 50], tf.tensor1d(key, 'int32')).flatten()).dataSync());

test('gives the same numbers for the same key and others for another', () => {
  expect(drawn(3, 4)).toEqual(drawn(3, 4));
  expect(drawn(3, 4)).not.toEqual(drawn(3, 5));
  expect(drawn(3, 4)).not.toEqual(drawn(4, 4));
});

test('is uniform in [0, 1)', () => {
  const numbers = drawn(1, 2);
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  expect(numbers.reduce((sum, n) => sum + n, 0) / numbers.length).toBeCloseTo(0.5, 1);
});
