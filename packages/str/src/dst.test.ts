import { attach, createTrainer, type PrunedModel, type Pruner, tf } from '@espalier/core';
import { prunerContract } from '@espalier/core/testing';
import { afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import { dst, type StrState, strPlugin } from './index.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});
afterEach(() => tf.disposeVariables());

const plugins = [strPlugin];

describe('dst', () => {
  prunerContract({ test }, () => dst(), { plugins });
});

describe('dst under a strong penalty', () => {
  prunerContract({ test }, () => dst({ alpha: 0.01 }), { plugins });
});

const stateOf = (pruned: PrunedModel) => pruned.layers[0]?.state as StrState;

/** One dense layer of given weights, [inputs, units], and its thresholds. */
function layer(pruner: Pruner, rows: readonly (readonly number[])[], thresholds: readonly number[]) {
  const model = tf.sequential({
    layers: [tf.layers.dense({ name: 'only', units: thresholds.length, useBias: false, inputShape: [rows.length] })],
  });
  tf.tidy(() => model.setWeights([tf.tensor2d(rows.map((row) => [...row]))]));
  const pruned = attach(model, pruner, { totalSteps: 10 });
  const { kernel } = pruned.layers[0] as (typeof pruned.layers)[number];
  const state = stateOf(pruned);
  const { s } = state;
  tf.tidy(() => s.assign(tf.tensor2d([[...thresholds]])));
  return { pruned, kernel, s, state };
}
const numbers = (tensor: tf.Tensor | undefined) => Array.from((tensor as tf.Tensor).dataSync()).map((x) => x + 0);

describe('what dst does', () => {
  it('starts with a threshold of 0 for each filter', () => {
    const pruned = attach(tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] }), dst());
    const { s } = stateOf(pruned);
    expect([s.shape, numbers(s)]).toEqual([
      [1, 3],
      [0, 0, 0],
    ]);
    pruned.detach();
  });

  it("masks below each filter's threshold and has the paper's gradients", () => {
    const pruner = dst();
    const { kernel, s, state } = layer(
      pruner,
      [
        [1, -0.5],
        [-0.2, 2],
      ],
      [0.5, 0.3],
    );
    const upstream = tf.tensor2d([
      [1, 2],
      [3, 4],
    ]);
    const effective = () => pruner.reparameterize(kernel.weight, state, { progress: tf.scalar(0) });
    const { value, grads } = tf.variableGrads(() => effective().mul(upstream).sum() as tf.Scalar, [kernel.weight, s]);
    expect(numbers(effective())).toEqual([1, -0.5, 0, 2]);
    // a = 0.5, 0.2, −0.3, 1.7: h = 0.4, 1.2, 0.8, 0.
    const expected = [1 * (1 + 1 * 0.4), 2 * (1 + 0.5 * 1.2), 3 * (0 + 0.2 * 0.8), 4];
    for (const [i, g] of numbers(grads[kernel.weight.name]).entries()) expect(g).toBeCloseTo(expected[i] as number, 5);
    const ofThresholds = [-(1 * 1 * 0.4 + 3 * -0.2 * 0.8), -(2 * -0.5 * 1.2 + 0)];
    for (const [i, g] of numbers(grads[s.name]).entries()) expect(g).toBeCloseTo(ofThresholds[i] as number, 5);
    tf.dispose([value, grads]);
  });

  it('adds α·Σ exp(−t) to the loss', () => {
    const pruner = dst({ alpha: 0.5 });
    const { pruned, s } = layer(pruner, [[1, -0.5]], [0.5, 0]);
    const { value, grads } = tf.variableGrads(() => pruned.penalty() as tf.Scalar, [s]);
    expect(value.dataSync()[0]).toBeCloseTo(0.5 * (Math.exp(-0.5) + 1), 6);
    const expected = [-0.5 * Math.exp(-0.5), -0.5];
    for (const [i, g] of numbers(grads[s.name]).entries()) expect(g).toBeCloseTo(expected[i] as number, 6);
  });

  it.each([
    [100, 0],
    [99, 0.5],
  ])('with one weight of %d left, has thresholds of %d after the step', (size, threshold) => {
    const rows = Array.from({ length: size }, (_, i) => [i === 0 ? 1 : 0.1]);
    const { pruned, s } = layer(dst(), rows, [0.5]);
    pruned.afterStep({ step: 0, totalSteps: 10, denseGradients: new Map(), maskMomentum: () => {} });
    expect(numbers(s)).toEqual([threshold]);
  });

  it('raises its thresholds by the penalty where the loss asks for nothing', () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2] })] });
    const trainer = createTrainer({
      model,
      pruner: dst({ alpha: 0.1 }),
      stepsPerEpoch: 1,
      training: { epochs: 1, learningRate: 1, schedule: 'constant', warmup: 0 },
      loss: (outputs) => outputs.mul(0).sum() as tf.Scalar,
    });
    const state = stateOf(trainer.pruned);
    const loss = trainer.trainStep({ inputs: tf.ones([1, 2]), labels: tf.zeros([1], 'int32') });
    expect(loss).toBe(0); // the task's, without the penalty
    for (const t of numbers(state.s)) expect(t).toBeCloseTo(0.1, 6);
    trainer.dispose();
  });

  it('makes no promise', () => {
    expect(dst().sparsity).toBeUndefined();
  });
});
