import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';

/** Runs on the plain JavaScript backend, then on WebAssembly, and expects the same shapes and, within 1e-4, the same numbers. */
export async function expectSameAsCpu(compute: () => tf.Tensor[]): Promise<void> {
  const expected = await on('cpu', compute);
  const actual = await on('wasm', compute);
  expect(actual.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
  for (const [i, { values }] of expected.entries()) {
    const scale = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-3);
    const errors = values.map((value, j) => Math.abs(value - (actual[i]?.values[j] ?? Number.NaN)));
    expect(errors.every((error) => error <= 1e-4 * scale)).toBe(true);
  }
}

/** Expects the same gradients by all inputs, which are random as dy is, and that computing them leaves nothing else behind. */
export const expectSameGradients = (f: (...inputs: tf.Tensor[]) => tf.Tensor, ...shapes: number[][]): Promise<void> =>
  expectSameAsCpu(() => {
    const inputs = shapes.map((shape, i) => tf.randomNormal(shape, 0, 1, 'float32', i + 1));
    const output = f(...inputs);
    const dy = tf.randomNormal(output.shape, 0, 1, 'float32', 9);
    const { numTensors } = tf.memory();
    const gradients = tf.grads(f)(inputs, dy);
    expect(tf.memory().numTensors).toBe(numTensors + inputs.length);
    return gradients;
  });

// --- helpers ---

interface Result {
  readonly shape: number[];
  readonly values: number[];
}

async function on(backend: 'cpu' | 'wasm', compute: () => tf.Tensor[]): Promise<Result[]> {
  await tf.setBackend(backend);
  const tensors = tf.tidy(compute);
  const results = tensors.map((tensor) => ({ shape: tensor.shape, values: [...tensor.dataSync()] }));
  tf.dispose(tensors);
  return results;
}
