import { tf } from '@espalier/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { exp } from './exp.ts';
import { sigmoid } from './sigmoid.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const logistic = (s: number) => 1 / (1 + Math.exp(-s));
const functions = [
  { name: 'sigmoid', g: sigmoid(), reference: logistic, supremum: 1 },
  { name: 'sigmoid with k = 2.5', g: sigmoid({ k: 2.5 }), reference: (s: number) => 2.5 * logistic(s), supremum: 2.5 },
  { name: 'exp', g: exp(), reference: Math.exp, supremum: Number.POSITIVE_INFINITY },
  { name: 'exp with k = 0.1', g: exp({ k: 0.1 }), reference: (s: number) => 0.1 * Math.exp(s), supremum: Number.POSITIVE_INFINITY },
];

/** What an operation makes of each number, in float32. */
const each = (xs: readonly number[], f: (x: tf.Tensor) => tf.Tensor): number[] =>
  tf.tidy(() => Array.from(f(tf.tensor1d([...xs])).dataSync()));

function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, x] of expected.entries()) expect(Math.abs((actual[i] as number) - x)).toBeLessThanOrEqual(tolerance * Math.abs(x));
}

describe.each(functions)('$name', ({ g, reference, supremum }) => {
  const points = [-30, -12, -6.9, -3, -1, -0.1, 0, 0.5, 2, 5];

  it('has the value of its formula', () => {
    expectClose(each(points, g.value), points.map(reference), 1e-6);
    expect(g.range).toEqual([0, supremum]);
  });

  it('has the derivative that finite differences give', () => {
    const h = 1e-5;
    expectClose(
      each(points, g.derivative),
      points.map((s) => (reference(s + h) - reference(s - h)) / (2 * h)),
      1e-5,
    );
  });

  it('has the derivative that automatic differentiation gives', () => {
    const automatic = each(points, (s) => tf.grad(g.value)(s));
    expectClose(each(points, g.derivative), automatic, 1e-6);
  });

  it('is inverted by its inverse', () => {
    const inside = points.filter((s) => s <= 2);
    each(inside, (s) => g.inverse(g.value(s))).forEach((s, i) => {
      expect(s).toBeCloseTo(inside[i] as number, 4);
    });
    const thresholds = [1e-30, 1e-3, 0.02, 0.3, 0.9].map((share) => share * Math.min(supremum, 1));
    expectClose(
      each(thresholds, (threshold) => g.value(g.inverse(threshold))),
      thresholds,
      1e-4,
    );
  });

  it('has an inverse that rises strictly, also above the supremum', () => {
    const shares = [1e-37, 1e-20, 1e-8, 1e-3, 0.1, 0.4999, 0.5, 0.5001, 0.9, 0.999, 0.99999, 1.0001, 1.001, 1.1, 2, 10, 1e3, 1e6];
    const inverse = each(
      shares.map((share) => share * Math.min(supremum, 3)),
      g.inverse,
    );
    for (const [i, s] of inverse.entries()) if (i) expect(s).toBeGreaterThan(inverse[i - 1] as number);
    expect(inverse.every(Number.isFinite)).toBe(true);
  });

  it('has an inverse that never falls from one float to the next around its supremum', () => {
    const top = Math.min(supremum, 3);
    const floats = Array.from({ length: 400 }, (_, i) => Math.fround(top * (1 + (i - 200) * 2 ** -24)));
    const inverse = each(floats, g.inverse);
    for (const [i, s] of inverse.entries()) if (i) expect(s).toBeGreaterThanOrEqual(inverse[i - 1] as number);
  });

  it('has −∞ as the inverse of 0', () => {
    expect(each([0], g.inverse)).toEqual([Number.NEGATIVE_INFINITY]);
  });

  it('is 0 without a gradient, and never NaN, where s is far below', () => {
    const far = [-12800, -3200, -200];
    expect(each(far, g.value)).toEqual([0, 0, 0]);
    expect(each(far, g.derivative)).toEqual([0, 0, 0]);
    expect(each(far, (s) => tf.grad(g.value)(s))).toEqual([0, 0, 0]);
  });
});

describe('the golden vectors', () => {
  it('have g(−1)', () => {
    expectClose(each([-1], sigmoid().value), [0.2689414214], 1e-6);
    expectClose(each([-1], exp().value), [0.3678794412], 1e-6);
  });
});
