import assert from 'node:assert/strict';
import { before, describe, it, test } from 'node:test';
import { applyThreshold, soft, tf } from '@espalier/core';
import { estimatorContract } from '@espalier/core/testing';
import plugin, { roundedCorner } from './index.ts';

const plugins = [plugin];

describe('rounded-corner', () => estimatorContract({ test }, () => roundedCorner(), { plugins }));
describe('rounded-corner that reaches far', () => estimatorContract({ test }, () => roundedCorner({ c: 0.3 }), { plugins }));

describe('rounded-corner', () => {
  before(() => tf.setBackend('cpu'));

  /** Ŵ, ∂L/∂W and ∂L/∂τ of L = Σ G·Ŵ at τ = 0.25. */
  function through(c: number) {
    const weights = tf.tensor1d([-1.5, -0.3, 0, 0.2, 0.7, 2]);
    const upstream = tf.tensor1d([0.5, -1, 0.25, 2, -0.75, 0.1]);
    const forward = (w: tf.Tensor, t: tf.Tensor) =>
      applyThreshold(w, t, { operator: soft(), estimator: roundedCorner({ c }), progress: tf.scalar(0) });
    const threshold = tf.scalar(0.25);
    const gradients = tf.grads((w, t) =>
      forward(w as tf.Tensor, t as tf.Tensor)
        .mul(upstream)
        .sum(),
    )([weights, threshold]);
    const [weight, [ofThreshold]] = gradients.map((gradient) => Array.from(gradient.dataSync())) as [number[], [number]];
    return { effective: Array.from(forward(weights, threshold).dataSync()), weight, threshold: ofThreshold };
  }
  const near = (actual: readonly number[], expected: readonly number[]) => {
    assert.equal(actual.length, expected.length);
    for (const [i, value] of expected.entries()) assert.ok(Math.abs((actual[i] as number) - value) <= 1e-6, `${actual}`);
  };

  it('lets through what the parabola says: 3/4 of it just above the threshold, 1/4 just below, nothing further down', () => {
    // a = 1.25, 0.05, −0.25, −0.05, 0.45, 1.75; with c = 0.1: m = 1, 0.75, 0, 0.25, 1, 1.
    const { weight, threshold } = through(0.1);
    near(weight, [0.5, -0.75, 0, 0.5, -0.75, 0.1]);
    near([threshold], [-(-0.5 + 0.75 + 0 + 0.5 - 0.75 + 0.1)]);
  });

  it('leaves the forward pass to the operator', () => near(through(0.1).effective, [-1.25, -0.05, 0, 0, 0.45, 1.75]));

  it('is the sub-gradient of a soft threshold where no weight is in the corner', () => {
    const { weight, threshold } = through(0.01);
    near(weight, [0.5, -1, 0, 0, -0.75, 0.1]);
    near([threshold], [-(-0.5 + 1 + 0 + 0 - 0.75 + 0.1)]);
  });
});
