import { describe, expect, it } from 'vitest';
import type { SubgradientEstimator } from './kinds/estimator.ts';
import type { ThresholdSource } from './kinds/threshold-source.ts';
import { attach } from './model/attach.ts';
import { hard } from './operators/hard.ts';
import { globalQuantile } from './sources/global-quantile.ts';
import { toTarget } from './targets/target.ts';
import { onCpu, withCode } from './test-helpers.ts';
import { tf } from './tf.ts';
import { thresholdedPruner } from './thresholded-pruner.ts';

onCpu();

/** τ = 2·t with a trained t; promises what it is asked for. */
const doubled: ThresholdSource<{ t: tf.Variable }> = {
  towards: (target) => ({
    ...toTarget(target),
    stateDecay: 0.25,
    init: () => ({ t: tf.variable(tf.scalar(1)) }),
    threshold: (_, { t }) => t.mul(2),
    penalty: () => tf.scalar(7),
    finish: (layers, { operator }) => {
      for (const { kernel, state } of layers) kernel.weight.assign(operator.apply(kernel.weight, state.t));
    },
  }),
};
const timesTen: SubgradientEstimator = {
  backward: ({ upstream, threshold }) => ({ weight: upstream.mul(10), threshold: threshold.onesLike().mul(3) }),
};
const pruner = (sparsity: number | null) => thresholdedPruner({ sparsity, source: doubled, operator: hard(), estimator: timesTen });

describe('thresholdedPruner', () => {
  it('goes forward by operator and source, back by the estimator and through the source', () => {
    const point = pruner(0.5);
    const [weight, t] = [tf.variable(tf.tensor1d([1, -3])), tf.variable(tf.scalar(1))];
    const { value, grads } = tf.variableGrads(
      () => point.reparameterize(weight, { t }, { progress: tf.scalar(0) }).sum() as tf.Scalar,
      [weight, t],
    );
    expect(value.dataSync()[0]).toBe(-3);
    expect(Array.from(grads[weight.name]?.dataSync() ?? [])).toEqual([10, 10]);
    expect(Array.from(grads[t.name]?.dataSync() ?? [])).toEqual([6]);
    tf.dispose([value, grads, weight, t]);
  });

  it('promises, decays and penalizes as the source does, and reports a threshold only if the source has one', () => {
    expect([pruner(0.5).sparsity, pruner(null).sparsity]).toEqual([0.5, undefined]);
    expect(pruner(0.5).stateDecay).toBe(0.25);
    expect(pruner(0.5).penalty?.([]).dataSync()[0]).toBe(7);
    expect(pruner(0.5).threshold).toBeUndefined();
    const held = thresholdedPruner({ sparsity: 0.5, source: globalQuantile(), operator: hard(), estimator: timesTen });
    expect(held.threshold).toBeTypeOf('function');
  });

  it('finishes with the operator at hand', () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, useBias: false, inputShape: [1] })] });
    tf.tidy(() => model.setWeights([tf.tensor2d([[0.5, 4]])]));
    const pruned = attach(model, pruner(0.5));
    pruned.finish();
    expect(Array.from(pruned.layers[0]?.kernel.weight.dataSync() ?? [])).toEqual([0, 4]);
    pruned.detach();
    model.dispose();
  });

  it('fails where the source can not do what is asked', () => {
    const point = { source: globalQuantile(), operator: hard(), estimator: timesTen };
    expect(() => thresholdedPruner({ sparsity: null, ...point })).toThrow(withCode('E_OPTIONS'));
  });
});
