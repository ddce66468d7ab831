import { baselinesPlugin, dnw, feather, globalMagnitude, gmp, st3 } from '@espalier/baselines';
import {
  corePlugin,
  createRegistry,
  createTrainer,
  erk,
  keepCount,
  type Pruner,
  randomStream,
  readFloats,
  type Spec,
  tf,
} from '@espalier/core';
import { autoPrune, dst, str, strPlugin } from '@espalier/str';
import { beforeAll, describe, expect, it } from 'vitest';

/**
 * The named methods are points of the grid threshold source × operator × estimator. Those that are written out for themselves (DNW, GMP,
 * global magnitude) are compared with the grid; those that are made of it, with their formulas written out here.
 */

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const STEPS = 24;
const SPARSITY = 0.6;

describe('a method that is written out for itself is its point of the grid, to the bit', () => {
  const atOnce = { use: 'one-shot', at: 0 };
  const gmpRamp = { use: 'cubic', start: 0.05, end: 0.5 };
  it.each<[string, Pruner, Omit<Spec, 'use'>]>([
    [
      'dnw',
      dnw({ sparsity: SPARSITY }),
      { source: { use: 'top-k', schedule: atOnce, hold: 'set' }, operator: 'hard', estimator: 'straight-through' },
    ],
    [
      'gmp',
      gmp({ sparsity: SPARSITY, every: 4 }),
      { source: { use: 'top-k', schedule: gmpRamp, every: 4, freeze: true, hold: 'set' }, operator: 'hard', estimator: 'masked' },
    ],
    [
      'gmp, by Erdős–Rényi',
      gmp({ sparsity: SPARSITY, every: 3, allocation: erk() }),
      {
        source: { use: 'top-k', schedule: gmpRamp, every: 3, freeze: true, allocation: { use: 'erk' }, hold: 'set' },
        operator: 'hard',
        estimator: 'masked',
      },
    ],
    [
      'global-magnitude',
      globalMagnitude({ sparsity: SPARSITY, every: 4 }),
      {
        source: { use: 'global-quantile', schedule: 'one-shot', every: 4, freeze: true, hold: 'set' },
        operator: 'hard',
        estimator: 'masked',
      },
    ],
    [
      'st-3',
      st3({ sparsity: SPARSITY }),
      {
        source: { use: 'global-quantile', schedule: gmpRamp, repeat: 'filter' },
        operator: 'soft-rescaled',
        estimator: 'straight-through',
      },
    ],
    [
      'feather',
      feather({ sparsity: SPARSITY, theta: 0.5 }),
      { source: 'global-quantile', operator: 'feather', estimator: { use: 'leaky', alpha: 0.5 } },
    ],
  ])('%s', (_, named, point) => {
    expectSame(train(build({ use: 'thresholded', sparsity: SPARSITY, ...point })), train(named));
  });
});

describe('a method that is made of the grid does what its formula says', () => {
  it('str: soft thresholds σ(s), differentiated automatically', () => {
    const byHand: Pruner<{ s: tf.Variable }> = {
      stateDecay: 0.01,
      init: () => ({ s: tf.variable(tf.scalar(-2)) }),
      reparameterize: (weight, { s }) => weight.sign().mul(weight.abs().sub(tf.sigmoid(s)).relu()),
    };
    expectSame(train(str({ sparsity: null, sInit: -2, decay: 0.01 })), train(byHand));
    const point = { use: 'thresholded', sparsity: null, source: { use: 'learned', sInit: -2, decay: 0.01 } };
    expectSame(train(build(point)), train(byHand));
  });

  it('st-3 without rescaling: the (k + 1)-th magnitude of all, gradients straight through', () => {
    const byHand: Pruner<{ threshold: tf.Variable }> = {
      init: () => ({ threshold: tf.variable(tf.scalar(0), false) }),
      reparameterize: (weight, { threshold }) =>
        withGradients(
          weight,
          () => weight.sign().mul(weight.abs().sub(threshold).relu()),
          (upstream) => upstream,
        ),
      beforeStep: (layers, { step }) => quantile(layers, step, (p) => 1 - (1 - Math.max(0, (p - 0.05) / 0.45)) ** 3),
    };
    const [ours, reference] = [train(st3({ sparsity: SPARSITY, rescale: false })), train(byHand)];
    expectSame({ ...ours, effective: [] }, { ...reference, effective: [] });
  });

  it('feather: (|W|³ − τ³)^⅓, θ·G below', () => {
    const byHand: Pruner<{ threshold: tf.Variable }> = {
      init: () => ({ threshold: tf.variable(tf.scalar(0), false) }),
      reparameterize: (weight, { threshold }) => {
        const above = weight.abs().greater(threshold).cast('float32');
        return withGradients(
          weight,
          () => {
            const cubes = weight.abs().pow(3).sub(threshold.pow(3)).relu();
            return weight.sign().mul(cubes.pow(1 / 3));
          },
          (upstream, [gate]) => upstream.mul(gate as tf.Tensor),
          above.mul(0.5).add(0.5),
        );
      },
      beforeStep: (layers, { step }) => quantile(layers, step, (p) => 1 - (1 - p / 0.5) ** 3),
    };
    expectClose(train(feather({ sparsity: SPARSITY, theta: 0.5 })), train(byHand));
  });

  it('dst: masks by a threshold per filter, long-tail slope, penalty', () => {
    const byHand: Pruner<{ t: tf.Variable }> = {
      init: ({ shape }) => ({ t: tf.variable(tf.zeros(shape.map((size, axis) => (axis === shape.length - 1 ? size : 1)))) }),
      reparameterize(weight, { t }) {
        const a = weight.abs().sub(t);
        const mask = a.greater(0).cast('float32');
        const near = tf.sub(2, a.abs().mul(4));
        const slope = tf.where(a.abs().greater(1), tf.zerosLike(a), tf.where(a.abs().greater(0.4), tf.fill(a.shape, 0.4), near));
        // The straight-through form of 1{a > 0} with the slope h: its value is the mask, its derivative h.
        const step = withGradients(
          weight.abs().sub(t),
          () => mask,
          (upstream, [h]) => upstream.mul(h as tf.Tensor),
          slope,
        );
        return weight.mul(step);
      },
      penalty: (layers) =>
        layers
          .map(({ state: { t } }) => t.neg().exp().sum())
          .reduce((sum, part) => sum.add(part))
          .mul(0.01) as tf.Scalar,
    };
    expectClose(train(dst({ alpha: 0.01 })), train(byHand));
  });

  it('autoprune: a trained m per weight, the sign of W in its gradient, penalty', () => {
    const byHand: Pruner<{ m: tf.Variable }> = {
      stateDecay: 0,
      init: ({ weight }) => ({ m: tf.variable(weight.abs()) }),
      reparameterize(weight, { m }) {
        const mask = withGradients(
          m,
          () => m.greater(0).cast('float32'),
          (upstream) => upstream.zerosLike(),
        );
        const [kept, sign, slope] = [weight.mul(mask), weight.sign(), tf.sigmoid(m)];
        const ofMask = withGradients(
          m,
          () => m.zerosLike(),
          (upstream, [signs, slopes]) => upstream.mul(signs as tf.Tensor).mul(slopes as tf.Tensor),
          sign,
          slope,
        );
        return kept.add(ofMask);
      },
      penalty: (layers) =>
        layers
          .map(({ state: { m } }) => m.exp().add(1).log().sum())
          .reduce((sum, part) => sum.add(part))
          .mul(0.02) as tf.Scalar,
    };
    expectClose(train(autoPrune({ sparsity: null, lambda: 0.02 })), train(byHand));
  });
});

// --- helpers ---

const build = (spec: Spec) => createRegistry([corePlugin, strPlugin, baselinesPlugin]).build('pruner', spec);

/** A value with a gradient of its own in `input`, made of what was saved. */
function withGradients(
  input: tf.Tensor,
  value: () => tf.Tensor,
  gradient: (upstream: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor,
  ...saved: tf.Tensor[]
): tf.Tensor {
  const op = tf.customGrad(((_: tf.Tensor, save: (tensors: tf.Tensor[]) => void) => {
    save(saved);
    return { value: value().clone(), gradFunc: gradient };
  }) as Parameters<typeof tf.customGrad>[0]);
  return op(input);
}

type HeldLayers = Parameters<NonNullable<Pruner<{ threshold: tf.Variable }>['beforeStep']>>[0];

function quantile(layers: HeldLayers, step: number, ramp: (progress: number) => number): void {
  const magnitudes = layers.flatMap(({ kernel }) => [...readFloats(() => kernel.weight.abs())]).sort((a, b) => b - a);
  const keep = keepCount(magnitudes.length, SPARSITY * ramp(Math.min(0.5, step / STEPS)));
  for (const { state } of layers) state.threshold.assign(tf.scalar(magnitudes[keep] ?? 0));
}

interface Trace {
  /** Loss of each step, then all weights after it. */
  readonly steps: readonly (readonly number[])[];
  /** Effective weights at the end. */
  readonly effective: readonly (readonly number[])[];
}

function train(pruner: Pruner): Trace {
  const random = randomStream(0, 'grid');
  const numbers = (length: number) => Float32Array.from({ length }, () => 2 * random.uniform() - 1);
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ name: 'convolution', filters: 4, kernelSize: 3, activation: 'relu', inputShape: [6, 6, 1] }),
      tf.layers.flatten(),
      tf.layers.dense({ name: 'hidden', units: 8, activation: 'relu' }),
      tf.layers.dense({ name: 'output', units: 3 }),
    ],
  });
  for (const layer of model.layers) {
    const weights = layer.getWeights();
    tf.tidy(() => layer.setWeights(weights.map(({ shape, size }) => tf.tensor(numbers(size), shape).mul(0.5))));
  }
  const batches = Array.from({ length: 3 }, () => ({
    inputs: tf.tensor(numbers(10 * 36), [10, 6, 6, 1]),
    labels: tf.tensor1d(
      Array.from({ length: 10 }, () => random.int(3)),
      'int32',
    ),
  }));
  const trainer = createTrainer({ model, pruner, stepsPerEpoch: STEPS, training: { epochs: 1, learningRate: 0.05 } });
  try {
    const steps = Array.from({ length: STEPS }, (_, i) => {
      const loss = trainer.trainStep(batches[i % batches.length] as (typeof batches)[number]);
      return [loss, ...model.weights.flatMap((weight) => [...weight.read().dataSync()])];
    });
    trainer.finish();
    const effective = trainer.pruned.layers.map(({ kernel, state }) => {
      const weights = readFloats(() => pruner.reparameterize(kernel.weight, state, { progress: tf.scalar(1) }).clone());
      return [...weights].map((w) => w + 0);
    });
    return { steps, effective };
  } finally {
    trainer.dispose();
    model.dispose();
    tf.dispose(batches);
  }
}

function expectSame(ours: Trace, reference: Trace): void {
  expect(ours.steps[0]).not.toEqual(ours.steps[STEPS - 1]);
  expect(ours).toEqual(reference);
}

/** Up to rounding: the formulas are the same, the operations that compute them are not. The final weights follow an exact count. */
function expectClose(ours: Trace, reference: Trace): void {
  ours.steps.forEach((own, i) => {
    const worst = Math.max(...own.map((x, j) => Math.abs(x - (reference.steps[i]?.[j] as number))));
    expect(worst, `step ${i + 1}`).toBeLessThan(2e-5);
  });
}
