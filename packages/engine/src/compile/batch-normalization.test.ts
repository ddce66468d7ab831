import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { variablesOf } from '../kernels/test-helpers.ts';
import { eagerAndReplayed, installOwnOperations, operationsOf } from './test-helpers.ts';
import type { Step } from './types.ts';

installOwnOperations(2);
const isInstalled = tf.getKernel('EspalierBatchNormalization', 'tensorflow') !== undefined;

const ACTIVATIONS = { relu: tf.relu, relu6: tf.relu6, none: (x: tf.Tensor) => x };
type Activation = keyof typeof ACTIVATIONS;

/** Batch normalization in training, and its gradients by x, γ and β. */
function normalization(shape: number[], activation: Activation): Step {
  const layer = tf.layers.batchNormalization({ epsilon: 1e-3 });
  layer.build(shape);
  const [gamma, beta] = variablesOf(layer.trainableWeights) as [tf.Variable, tf.Variable];
  gamma.assign(tf.randomNormal(gamma.shape, 1, 1, 'float32', 3));
  beta.assign(tf.randomNormal(beta.shape, 0, 2, 'float32', 4));
  return ({ x, weight }) => {
    const y = (input: tf.Tensor): tf.Tensor => ACTIVATIONS[activation](layer.apply(input, { training: true }) as tf.Tensor);
    const { value, grads } = tf.variableGrads(() => tf.sum(tf.mul(y(x as tf.Tensor), weight as tf.Tensor)) as tf.Scalar, [gamma, beta]);
    const slope = tf.grad((input) => tf.mul(y(input), weight as tf.Tensor))(x as tf.Tensor);
    return { value, ...grads, slope };
  };
}

const feeds = (shape: number[], seed = 1) => ({
  x: tf.randomNormal(shape, 1, 3, 'float32', seed),
  weight: tf.randomNormal(shape, 0, 1, 'float32', seed + 1),
});

/** All results of a step, one after the other. */
const flat =
  (step: Step) =>
  (given: Parameters<Step>[0]): tf.Tensor =>
    tf.concat(Object.values(step(given, '')).map((result) => result.flatten()));

it('normalizes tensors of any shape to the same bits as eager steps, with any activation', () => {
  const size = fc.integer({ min: 1, max: 12 });
  const shape = fc.tuple(
    size,
    size,
    size,
    fc.oneof(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 20 }).map((n) => 8 * n),
    ),
  );
  fc.assert(
    fc.property(shape, fc.constantFrom<Activation>('relu', 'relu6', 'none'), fc.nat(), (shape, activation, seed) => {
      tf.tidy(() => {
        const { eager, replayed } = eagerAndReplayed(flat(normalization(shape, activation)), feeds(shape, seed));
        expect(replayed).toEqual(eager);
      });
    }),
    { numRuns: 40 },
  );
});

describe.runIf(isInstalled)('of a recorded step, batch normalization', () => {
  const opsOf = (shape: number[], activation: Activation = 'none'): string[] =>
    operationsOf(normalization(shape, activation), feeds(shape)).filter((op) => /BatchNorm|Relu/.test(op));
  const [forward, backward] = ['EspalierBatchNormalization', 'EspalierBatchNormalizationGrad'];

  it('is ours, and so is its gradient', () => {
    expect(opsOf([4, 3, 3, 16])).toEqual([forward, backward, forward, backward]);
  });

  it('does the activation after it, and its gradient', () => {
    expect(opsOf([4, 3, 3, 16], 'relu')).toEqual([forward, backward, forward, backward]);
    expect(opsOf([4, 3, 3, 16], 'relu6')).toEqual([forward, backward, forward, backward]);
  });

  it("is TensorFlow's where channels are no eights, tensors large, or images fewer than threads", () => {
    expect(opsOf([4, 3, 3, 12], 'relu')).toEqual(expect.arrayContaining(['FusedBatchNormV3', 'Relu', 'ReluGrad', 'FusedBatchNormGradV3']));
    expect(opsOf([40, 32, 32, 16])).toEqual([forward, backward, forward, backward]);
    expect(opsOf([41, 32, 32, 16])).toContain('FusedBatchNormV3');
    expect(opsOf([1, 16, 16, 8])).toContain('FusedBatchNormV3');
  });
});
