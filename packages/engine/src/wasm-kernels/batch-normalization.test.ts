import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadWasm } from '../wasm.ts';

/** Output, gradients by x, γ and β, moving averages after two training calls, a second derivative, and the output in evaluation. */
function results(shape: number[], axis: number): tf.Tensor[] {
  const layer = tf.layers.batchNormalization({ axis, momentum: 0.9, epsilon: 0.01 });
  const x = tf.randomNormal(shape, 3, 2, 'float32', 1);
  const weight = tf.randomNormal(shape, 0, 1, 'float32', 2);
  layer.build(shape);
  layer.setWeights(layer.getWeights().map((w, i) => tf.randomUniform(w.shape, 0.5, 2, 'float32', i + 3)));
  const variables = layer.trainableWeights.map((w) => w.read() as tf.Variable);
  const output = (z: tf.Tensor) => tf.mul(layer.apply(z, { training: true }) as tf.Tensor, weight);
  const { value, grads } = tf.variableGrads(() => tf.sum(output(x)) as tf.Scalar, variables);
  const slope = tf.grad((z) => output(z).square())(x);
  const moving = layer.nonTrainableWeights.map((w) => w.read().clone());
  const second = tf.grad((z) =>
    tf
      .grad((v) => output(v).square())(z)
      .square(),
  )(x);
  return [
    value,
    ...variables.map((v) => grads[v.name] as tf.Tensor),
    slope,
    ...moving,
    second,
    layer.apply(x, { training: false }) as tf.Tensor,
  ];
}

const CASES: [number[], number][] = [
  [[8, 6, 5, 4], -1],
  [[8, 6, 5, 4], 3],
  [[16, 4], -1],
  [[4, 6, 5], -1],
];

describe('batch normalization', () => {
  const before: number[][][] = [];
  beforeAll(async () => {
    await tf.setBackend('cpu');
    for (const [shape, axis] of CASES) before.push(results(shape, axis).map((tensor) => [...tensor.dataSync()]));
    await loadWasm(); // replaces it for every backend
  });

  it.each(CASES.map(([shape, axis], i) => [shape, axis, i] as const))(
    'of %j with the channels on axis %i gives what it gave',
    (shape, axis, i) => {
      const after = results(shape, axis).map((tensor) => [...tensor.dataSync()]);
      for (const [j, expected] of (before[i] as number[][]).entries()) {
        const scale = Math.max(...expected.map(Math.abs), 1e-2);
        const errors = expected.map((value, k) => Math.abs(value - (after[j]?.[k] ?? Number.NaN)));
        expect(Math.max(...errors)).toBeLessThan(1e-4 * scale);
      }
    },
  );

  it('leaks nothing', () => {
    const layer = tf.layers.batchNormalization({ inputShape: [6, 5, 4] });
    const x = tf.ones([8, 6, 5, 4]);
    const train = tf.grad((z) => layer.apply(z, { training: true }) as tf.Tensor);
    train(x).dispose();
    const { numTensors } = tf.memory();
    train(x).dispose();
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});
