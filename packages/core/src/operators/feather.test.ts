import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { corePlugin } from '../plugin.ts';
import { onCpu, values } from '../test-helpers.ts';
import { operatorContract } from '../testing/operator-contract.ts';
import { tf } from '../tf.ts';
import { featherOperator } from './feather.ts';
import { soft } from './soft.ts';

const f32 = Math.fround;
/** `golden_vectors.csv`: six weights and τ = σ(−1). */
const W = [-1.5, -0.3, 0, 0.2, 0.7, 2];
const THRESHOLD = 0.2689414214;
const EFFECTIVE = [-1.497112609, -0.1961566554, 0, 0, 0.6865087279, 1.998377651];

const apply = (weights: readonly number[], threshold: number | readonly number[], p = 3) =>
  values(() =>
    featherOperator({ p }).apply(tf.tensor1d([...weights]), tf.tensor(threshold as number | number[], undefined, 'float32')),
  ).map((w) => w + 0);
const derivatives = (weights: readonly number[], threshold: number, p = 3) => {
  const of = (which: 'weight' | 'threshold') =>
    values(() => {
      const [w, t] = [tf.tensor1d([...weights]), tf.scalar(threshold)];
      return featherOperator({ p }).derivatives(w, t, featherOperator({ p }).apply(w, t))[which];
    }).map((d) => d + 0);
  return { weight: of('weight'), threshold: of('threshold') };
};
/** The formula as it is printed, in float64. */
const formula = (w: number, t: number, p: number) => (Math.abs(w) > t ? Math.sign(w) * (Math.abs(w) ** p - t ** p) ** (1 / p) : 0);

describe('feather', () => {
  onCpu();

  it('has the effective weights of the golden vectors', () => {
    for (const [i, w] of apply(W, THRESHOLD).entries()) expect(w).toBeCloseTo(EFFECTIVE[i] as number, 6);
  });

  it('leaves everything as it is at threshold 0', () => {
    expect(apply([-1.5, 0, 1e-30, 2], 0)).toEqual([-1.5, 0, f32(1e-30), 2]);
  });

  it('is the soft threshold with p = 1, and all but the hard one with a large p', () => {
    const softly = values(() => soft().apply(tf.tensor1d(W), tf.scalar(THRESHOLD)));
    for (const [i, w] of apply(W, THRESHOLD, 1).entries()) expect(w).toBeCloseTo(softly[i] as number, 6);
    for (const [i, w] of apply(W, THRESHOLD, 80).entries()) {
      expect(w).toBeCloseTo(Math.abs(W[i] as number) > THRESHOLD ? (W[i] as number) : 0, 5);
    }
  });

  it('keeps a scale of weights whose third power float32 has no number for', () => {
    const small = W.map((w) => w * 1e-20);
    for (const [i, w] of apply(small, THRESHOLD * 1e-20).entries()) expect(w * 1e20).toBeCloseTo(EFFECTIVE[i] as number, 6);
  });

  it('is exactly zero where the magnitude equals the threshold, and only up to there', () => {
    fc.assert(
      fc.property(
        fc.float({ min: f32(1e-30), max: f32(1e30), noNaN: true }),
        fc.double({ min: 1, max: 8, noNaN: true }),
        (threshold, p) => {
          const above = f32(threshold * (1 + 2 ** -22));
          const [minus, plus, next] = apply([-threshold, threshold, above], threshold, p) as [number, number, number];
          expect([minus, plus]).toEqual([0, 0]);
          expect(next).not.toBe(0);
        },
      ),
    );
  });

  it('takes a threshold below 0 for 0', () => {
    expect(apply([-0.5, 0, 0.5], -0.1, 2.5)).toEqual([-0.5, 0, 0.5]);
    expect(derivatives([-0.5, 0, 0.5], -0.1, 2.5)).toEqual({ weight: [1, 0, 1], threshold: [0, 0, 0] });
  });

  it('takes a threshold for each weight', () => {
    expect(apply([1, 1, -1], [0.5, 1, 2]).map((w) => w !== 0)).toEqual([true, false, false]);
  });

  it('has the derivatives of its formula, by hand: W = 2^(1/3), τ = 1 gives Ŵ = 1', () => {
    const found = derivatives([2 ** (1 / 3), -(2 ** (1 / 3)), 0.5], 1);
    for (const [i, d] of [2 ** (2 / 3), 2 ** (2 / 3), 0].entries()) expect(found.weight[i]).toBeCloseTo(d, 5);
    for (const [i, d] of [-1, 1, 0].entries()) expect(found.threshold[i]).toBeCloseTo(d, 5);
  });

  it('has the derivatives that finite differences give, away from the threshold', () => {
    const side = fc.constantFrom(-1, 1);
    const ratio = fc.oneof(fc.double({ min: 1.02, max: 20, noNaN: true }), fc.double({ min: 0, max: 0.99, noNaN: true }));
    const scale = fc.double({ min: 1e-3, max: 2, noNaN: true });
    fc.assert(
      fc.property(side, ratio, scale, fc.constantFrom(1, 2, 3), (sign, r, threshold, p) => {
        const [w, t] = [f32(sign * r * threshold), f32(threshold)];
        const found = derivatives([w], t, p);
        const h = 1e-6 * t;
        const byWeight = (formula(w + h, t, p) - formula(w - h, t, p)) / (2 * h);
        const byThreshold = (formula(w, t + h, p) - formula(w, t - h, p)) / (2 * h);
        expect(Math.abs((found.weight[0] as number) - byWeight)).toBeLessThan(1e-3 * Math.max(1, Math.abs(byWeight)));
        expect(Math.abs((found.threshold[0] as number) - byThreshold)).toBeLessThan(1e-3 * Math.max(1, Math.abs(byThreshold)));
      }),
    );
  });

  it('has derivatives of at most 10 next to the threshold, and finite ones everywhere', () => {
    const next = [1, 1 + 2 ** -23, 1 + 2 ** -20, 1.001, 1.005].flatMap((w) => [w, -w]);
    const near = derivatives(next, 1);
    expect(near.weight.slice(0, 2)).toEqual([0, 0]);
    expect(near.weight.slice(2)).toEqual(next.slice(2).map(() => 10));
    expect(near.threshold.slice(2)).toEqual(next.slice(2).map((w) => (w > 0 ? -10 : 10)));
    for (const threshold of [0, 1e-30, 1]) {
      const { weight, threshold: byThreshold } = derivatives([0, 1e-38, -1e-30, 1, 1e30], threshold);
      expect([...weight, ...byThreshold].every(Number.isFinite)).toBe(true);
    }
  });

  it('refuses a p below 1', () => {
    expect(() => featherOperator({ p: 0.5 })).toThrow(expect.objectContaining({ code: 'E_OPTIONS' }));
  });
});

describe.each([1, 3, 8])('feather with p = %d', (p) => {
  operatorContract({ test }, () => featherOperator({ p }), { plugins: [corePlugin] });
});
