import { applyThreshold, type Component, featherOperator, hard, soft, tf } from '@espalier/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { annealed } from './annealed.ts';
import { autopruneEstimator } from './autoprune.ts';
import { clipped } from './clipped.ts';
import { leaky } from './leaky.ts';
import { longTail, longTailSlope } from './long-tail.ts';
import { maskedGradient } from './masked.ts';
import { sigmoidMask } from './sigmoid-mask.ts';
import { softplusSurrogate } from './softplus-surrogate.ts';
import { straightThrough } from './straight-through.ts';
import { subgradient } from './subgradient.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** `golden_vectors.csv`: six weights, τ = σ(−1), an upstream gradient. Weights 3 and 4 are below the threshold. */
const W = [-1.5, -0.3, 0, 0.2, 0.7, 2];
const G = [0.5, -1, 0.25, 2, -0.75, 0.1];
const THRESHOLD = 0.2689414214;
const A = W.map((w) => Math.abs(w) - THRESHOLD);

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

/** ∂L/∂W and ∂L/∂τ of L = Σ G·Ŵ, through one threshold for all weights. */
function gradients(estimator: Component<'estimator'>, { operator = soft(), progress = 0, weights = W, threshold = THRESHOLD } = {}) {
  const found = tf.tidy(() => {
    const forward = (w: tf.Tensor, t: tf.Tensor) => applyThreshold(w, t, { operator, estimator, progress: tf.scalar(progress) });
    const [dw, dt] = tf.grads((w, t) =>
      forward(w as tf.Tensor, t as tf.Tensor)
        .mul(tf.tensor1d(G))
        .sum(),
    )([tf.tensor1d(weights), tf.scalar(threshold)]);
    return [dw as tf.Tensor, dt as tf.Tensor] as const;
  });
  const [weight, [byThreshold]] = found.map((tensor) => Array.from(tensor.dataSync())) as [number[], [number]];
  tf.dispose([...found]);
  return { weight, threshold: byThreshold };
}

function expectClose(actual: readonly number[], expected: readonly number[], tolerance = 1e-6): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, x] of expected.entries()) expect(Math.abs((actual[i] as number) - x)).toBeLessThanOrEqual(tolerance);
}

/** −Σ G·f(W), the formulas' other half. */
const minusSum = (f: (w: number, i: number) => number) => -W.reduce((sum, w, i) => sum + (G[i] as number) * f(w, i), 0);

describe('the golden vectors', () => {
  const rows: readonly [string, Component<'estimator'>, Component<'operator'>, readonly number[]][] = [
    ['straight-through', straightThrough(), soft(), G],
    ['leaky, alpha 0.1', leaky({ alpha: 0.1 }), soft(), [0.5, -1, 0.025, 0.2, -0.75, 0.1]],
    [
      'softplus-surrogate, beta 10',
      softplusSurrogate({ beta: 10 }),
      soft(),
      [0.4999977481, -0.5770282385, 0.0159002241, 0.668326794, -0.7400641338, 0.09999999697],
    ],
    ['clipped, c 0.1', clipped({ c: 0.1 }), hard(), [0.5, -1, 0, 2, -0.75, 0.1]],
    ["Feather's backward pass: leaky, alpha 0.5, with feather", leaky({ alpha: 0.5 }), featherOperator(), [0.5, -1, 0.125, 1, -0.75, 0.1]],
  ];
  it.each(rows)('hold for %s', (_, estimator, operator, expected) => {
    expectClose(gradients(estimator, { operator }).weight, expected);
  });

  it("hold for the pieces of long-tail's slope", () => {
    const x = [-1.2, -0.7, -0.4, -0.2, 0, 0.1, 0.4, 0.41, 1, 1.01];
    const slopes = tf.tidy(() => Array.from(longTailSlope(tf.tensor1d(x)).dataSync()));
    expectClose(slopes, [0, 0.4, 0.4, 1.2, 2, 1.6, 0.4, 0.4, 0.4, 0]);
  });
});

describe('masked', () => {
  it('lets through what is above the threshold, whatever the operator, and nothing to the threshold', () => {
    for (const operator of [soft(), hard(), featherOperator()]) {
      expect(gradients(maskedGradient(), { operator })).toEqual({ weight: [0.5, -1, 0, 0, -0.75, 0.1].map(Math.fround), threshold: 0 });
    }
  });
});

describe('leaky', () => {
  it('gives the threshold the leak too', () => {
    // −(0.5·−1 − 1·−1 + 0 + 0.1·2·1 − 0.75 + 0.1) = −0.05
    expect(gradients(leaky({ alpha: 0.1 })).threshold).toBeCloseTo(-0.05, 6);
    expect(gradients(leaky({ alpha: 0.1 }), { operator: hard() }).threshold).toBeCloseTo(-0.05, 6);
  });

  it('is the sub-gradient of a soft threshold without a leak, and lets everything through with a full one', () => {
    const [without, itself] = [gradients(leaky({ alpha: 0 })), gradients(subgradient())];
    expectClose([...without.weight, without.threshold], [...itself.weight, itself.threshold]);
    expect(gradients(leaky({ alpha: 1 })).weight).toEqual(G.map(Math.fround));
  });
});

describe('annealed', () => {
  const shareAt = (decay: 'linear' | 'cosine', progress: number) => gradients(annealed({ alpha: 0.8, decay }), { progress }).weight[3];

  it('leaks less and less: in a line, or along a cosine', () => {
    expectClose(
      [0, 0.25, 0.5, 1].map((p) => (shareAt('linear', p) as number) / 2),
      [0.8, 0.6, 0.4, 0],
    );
    expectClose(
      [0, 1 / 3, 0.5, 1].map((p) => (shareAt('cosine', p) as number) / 2),
      [0.8, 0.6, 0.4, 0],
    );
  });

  it('is leaky with the leak of the moment', () => {
    const [now, constant] = [gradients(annealed({ alpha: 0.8 }), { progress: 0.5 }), gradients(leaky({ alpha: 0.4 }))];
    expectClose([...now.weight, now.threshold], [...constant.weight, constant.threshold]);
  });
});

describe('softplus-surrogate', () => {
  it('gives the threshold the gates of the weights', () => {
    const expected = minusSum((w, i) => Math.sign(w) * logistic(10 * (A[i] as number)));
    expect(gradients(softplusSurrogate({ beta: 10 })).threshold).toBeCloseTo(expected, 6);
  });

  it('comes near to the sub-gradient of a soft threshold as beta grows', () => {
    const [sharp, itself] = [gradients(softplusSurrogate({ beta: 1000 })), gradients(subgradient())];
    expectClose([...sharp.weight, sharp.threshold], [...itself.weight, itself.threshold], 1e-6);
  });
});

describe('sigmoid-mask', () => {
  const slope = (i: number) => 10 * logistic(10 * (A[i] as number)) * logistic(-10 * (A[i] as number));

  it('is the product rule of a weight and a mask with a smooth step', () => {
    const found = gradients(sigmoidMask({ beta: 10 }), { operator: hard() });
    expectClose(
      found.weight,
      W.map((w, i) => (G[i] as number) * (((A[i] as number) > 0 ? 1 : 0) + Math.abs(w) * slope(i))),
    );
    expect(found.threshold).toBeCloseTo(
      minusSum((w, i) => w * slope(i)),
      5,
    );
  });

  it('has the slope of the sigmoid at the threshold itself: β/4', () => {
    const found = gradients(sigmoidMask({ beta: 8 }), { operator: hard(), weights: [0.5, 0, 0, 0, 0, 0], threshold: 0.5 });
    expect(found.weight[0]).toBeCloseTo(0.5 * (0 + 0.5 * 2), 6);
    expect(found.threshold).toBeCloseTo(-0.5 * 0.5 * 2, 6);
  });
});

describe('clipped', () => {
  it("has the threshold's gradient from the weights around it only: here the second and the fourth", () => {
    expect(gradients(clipped({ c: 0.1 }), { operator: hard() }).threshold).toBeCloseTo(-(-1 * -1 + 2 * 1), 6);
  });

  it('is a mask for the weights without a margin', () => {
    expect(gradients(clipped({ c: 0 })).weight).toEqual(gradients(maskedGradient()).weight);
  });
});

describe('long-tail', () => {
  it('is the product rule of a weight and a mask with that slope', () => {
    // a = 1.231, 0.031, −0.269, −0.069, 0.431, 1.731
    const slopes = [0, 2 - 4 * (A[1] as number), 2 + 4 * (A[2] as number), 2 + 4 * (A[3] as number), 0.4, 0];
    const found = gradients(longTail(), { operator: hard() });
    expectClose(
      found.weight,
      W.map((w, i) => (G[i] as number) * (((A[i] as number) > 0 ? 1 : 0) + Math.abs(w) * (slopes[i] as number))),
    );
    expect(found.threshold).toBeCloseTo(
      minusSum((w, i) => w * (slopes[i] as number)),
      6,
    );
  });
});

describe('autoprune', () => {
  it('has a masked gradient for the weights', () => {
    for (const variant of ['linear', 'leaky', 'softplus'] as const) {
      expect(gradients(autopruneEstimator({ variant })).weight).toEqual(gradients(maskedGradient()).weight);
    }
  });

  it('has the sign of each weight, times the slope of its variant, for the threshold', () => {
    const linear = gradients(autopruneEstimator({ variant: 'linear' })).threshold;
    expect(linear).toBeCloseTo(-(-0.5 + 1 + 0 + 2 - 0.75 + 0.1), 6);
    const leaking = gradients(autopruneEstimator({ variant: 'leaky', c: 0.25 })).threshold;
    expect(leaking).toBeCloseTo(-(-0.5 + 1 + 0 + 0.25 * 2 - 0.75 + 0.1), 6);
    const softly = gradients(autopruneEstimator()).threshold;
    expect(softly).toBeCloseTo(
      minusSum((w, i) => Math.sign(w) * logistic(A[i] as number)),
      6,
    );
  });

  it('refuses a c where there is none', () => {
    expect(() => autopruneEstimator({ variant: 'linear', c: 0.5 })).toThrow(expect.objectContaining({ code: 'E_OPTIONS' }));
  });
});

describe('subgradient', () => {
  /** W, τ and Ŵ in float64; away from the corner, where there is no gradient. */
  const featherOf = (w: number, t: number) => (Math.abs(w) > t ? Math.sign(w) * (Math.abs(w) ** 3 - t ** 3) ** (1 / 3) : 0);
  const softOf = (w: number, t: number) => Math.sign(w) * Math.max(Math.abs(w) - t, 0);

  it.each([
    ['soft', soft(), softOf],
    ['feather', featherOperator(), featherOf],
  ] as const)('is the true gradient of %s: finite differences', (_, operator, forward) => {
    const loss = (weights: readonly number[], t: number) => weights.reduce((sum, w, i) => sum + (G[i] as number) * forward(w, t), 0);
    const h = 1e-6;
    const found = gradients(subgradient(), { operator });
    const differences = W.map((w, i) => (loss(W.with(i, w + h), THRESHOLD) - loss(W.with(i, w - h), THRESHOLD)) / (2 * h));
    expectClose(found.weight, differences, 1e-4);
    expect(found.threshold).toBeCloseTo((loss(W, THRESHOLD + h) - loss(W, THRESHOLD - h)) / (2 * h), 3);
  });
});
