import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { installBatchNormalization } from './batch-normalization.ts';
import { variablesOf } from './test-helpers.ts';

Object.assign(process.env, { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '3' });
await import('@tensorflow/tfjs-node');

/** Output, gradients by x, γ and β, moving averages after two training calls, and the output in evaluation. */
function results(shape: number[], axis: number): tf.Tensor[] {
  const layer = tf.layers.batchNormalization({ axis, momentum: 0.9, epsilon: 0.01 });
  const x = tf.randomNormal(shape, 3, 2, 'float32', 1);
  const weight = tf.randomNormal(shape, 0, 1, 'float32', 2);
  layer.build(shape);
  const [gamma, beta] = variablesOf(layer.trainableWeights) as [tf.Variable, tf.Variable];
  gamma.assign(tf.randomUniform(gamma.shape, 0.5, 2, 'float32', 3));
  beta.assign(tf.randomNormal(beta.shape, 0, 1, 'float32', 4));
  const train = (x: tf.Tensor) => layer.apply(x, { training: true }) as tf.Tensor;
  const { value, grads } = tf.variableGrads(() => tf.sum(tf.mul(train(x), weight)) as tf.Scalar, [gamma, beta]);
  const slope = tf.grad((x) => tf.mul(train(x), weight).square())(x);
  const moving = layer.nonTrainableWeights.map((weight) => weight.read().clone());
  const evaluated = layer.apply(x, { training: false }) as tf.Tensor;
  return [value, ...(Object.values(grads) as tf.Tensor[]), slope, ...moving, evaluated];
}

it('keeps outputs, gradients and moving averages as they were, whatever the shape', () => {
  const shapes: [number[], number][] = [
    [[8, 6, 5, 4], -1],
    [[8, 6, 5, 4], 3],
    [[2, 1, 1, 3], -1],
    [[16, 4], -1],
    [[4, 6, 5], -1],
  ];
  const all = () => shapes.flatMap(([shape, axis]) => results(shape, axis));
  const before = all();
  installBatchNormalization();
  for (const [i, after] of all().entries()) {
    const expected = before[i] as tf.Tensor;
    expect(after.shape).toEqual(expected.shape);
    const size = tf.max(tf.abs(expected)).dataSync()[0] as number;
    expect(tf.max(tf.abs(tf.sub(after, expected))).dataSync()[0]).toBeLessThan(1e-5 * (1 + size));
  }
});

it('leaks nothing', () => {
  const layer = tf.layers.batchNormalization({ inputShape: [6, 5, 4] });
  const x = tf.ones([8, 6, 5, 4]);
  tf.dispose(layer.apply(x, { training: true }) as tf.Tensor);
  const { numTensors } = tf.memory();
  tf.dispose(layer.apply(x, { training: true }) as tf.Tensor);
  expect(tf.memory().numTensors).toBe(numTensors);
});
