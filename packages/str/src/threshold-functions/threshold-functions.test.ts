import { tf } from '@espalier/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { algebraic } from './algebraic.ts';
import { arctan } from './arctan.ts';
import { exp } from './exp.ts';
import { identity } from './identity.ts';
import { power } from './power.ts';
import { sigmoid } from './sigmoid.ts';
import { softplus } from './softplus.ts';
import { tanh } from './tanh.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const INFINITE = Number.POSITIVE_INFINITY;
const logistic = (s: number) => 1 / (1 + Math.exp(-s));
const scaled = (k: number, f: (s: number) => number) => (s: number) => k * f(s);
/** In forms that keep their digits in float64 down to −12800. */
const references = {
  tanh: (s: number) => logistic(2 * s),
  arctan: (s: number) => Math.atan2(1, -s) / Math.PI,
  algebraic: (s: number) => (s < 0 ? 1 / (2 * Math.hypot(1, s) * (Math.hypot(1, s) - s)) : (1 + s / Math.hypot(1, s)) / 2),
  softplus: (s: number) => Math.log1p(Math.exp(s)),
};

/** Those that meet the paper's conditions, in whole or in part. */
const functions = [
  { name: 'sigmoid', g: sigmoid(), reference: logistic, supremum: 1 },
  { name: 'sigmoid with k = 2.5', g: sigmoid({ k: 2.5 }), reference: scaled(2.5, logistic), supremum: 2.5 },
  { name: 'tanh', g: tanh(), reference: references.tanh, supremum: 1 },
  { name: 'tanh with k = 0.2', g: tanh({ k: 0.2 }), reference: scaled(0.2, references.tanh), supremum: 0.2 },
  { name: 'arctan', g: arctan(), reference: references.arctan, supremum: 1 },
  { name: 'arctan with k = 2.5', g: arctan({ k: 2.5 }), reference: scaled(2.5, references.arctan), supremum: 2.5 },
  { name: 'algebraic', g: algebraic(), reference: references.algebraic, supremum: 1 },
  { name: 'algebraic with k = 0.2', g: algebraic({ k: 0.2 }), reference: scaled(0.2, references.algebraic), supremum: 0.2 },
  { name: 'exp', g: exp(), reference: Math.exp, supremum: INFINITE },
  { name: 'exp with k = 0.1', g: exp({ k: 0.1 }), reference: scaled(0.1, Math.exp), supremum: INFINITE },
  { name: 'softplus', g: softplus(), reference: references.softplus, supremum: INFINITE },
  { name: 'softplus with k = 0.1', g: softplus({ k: 0.1 }), reference: scaled(0.1, references.softplus), supremum: INFINITE },
];

/** What an operation makes of each number, in float32. */
const each = (xs: readonly number[], f: (x: tf.Tensor) => tf.Tensor): number[] =>
  tf.tidy(() => Array.from(f(tf.tensor1d([...xs])).dataSync()));

/** Within a share of what is expected; `absolute`, for what float32 rounds to 0 or cancels. */
function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number, absolute = 1e-37): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, x] of expected.entries()) {
    expect(Math.abs((actual[i] as number) - x)).toBeLessThanOrEqual(tolerance * Math.abs(x) + absolute);
  }
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
    expectClose(each(points, g.derivative), automatic, 1e-6, 1e-7);
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

  it('keeps its value and slope, and is never NaN, where s is far below', () => {
    const far = [-12800, -3200, -200];
    expectClose(each(far, g.value), far.map(reference), 1e-5);
    const slopes = far.map((s) => (reference(s * 0.999) - reference(s * 1.001)) / (-s * 0.002));
    expectClose(each(far, g.derivative), slopes, 1e-4);
    expectClose(
      each(far, (s) => tf.grad(g.value)(s)),
      slopes,
      1e-4,
    );
  });
});

describe('where s is far below', () => {
  const far = [-3200, -200];

  it.each([sigmoid(), tanh(), exp(), softplus()])('$spec.use is 0 without a gradient', (g) => {
    expect(each(far, g.value)).toEqual([0, 0]);
    expect(each(far, g.derivative)).toEqual([0, 0]);
    expect(each(far, (s) => tf.grad(g.value)(s))).toEqual([0, 0]);
  });

  it('arctan is 1/(π·|s|) and algebraic 1/(4s²)', () => {
    expectClose(
      each(far, arctan().value),
      far.map((s) => -1 / (Math.PI * s)),
      1e-4,
    );
    expectClose(
      each(far, algebraic().value),
      far.map((s) => 1 / (4 * s * s)),
      1e-4,
    );
  });
});

describe('identity', () => {
  const g = identity();
  const points = [-3200, -1, 0, 0.3, 2];

  it('is s with slope 1, and its own inverse, also at 0', () => {
    for (const f of [g.value, g.inverse]) expect(each(points, f)).toEqual(points.map(Math.fround));
    expect(each(points, g.derivative)).toEqual([1, 1, 1, 1, 1]);
    expect(each(points, (s) => tf.grad(g.value)(s))).toEqual([1, 1, 1, 1, 1]);
    expect(g.range).toEqual([-INFINITE, INFINITE]);
  });
});

describe('power', () => {
  it('is a square from 0 up, and 0 without a slope below', () => {
    const g = power();
    const points = [-3200, -1, 0, 0.5, 2];
    expect(each(points, g.value)).toEqual([0, 0, 0, 0.25, 4]);
    expect(each(points, g.derivative)).toEqual([0, 0, 0, 1, 4]);
    expect(each(points, (s) => tf.grad(g.value)(s))).toEqual([0, 0, 0, 1, 4]);
    expectClose(each([0, 0.25, 4], g.inverse), [0, 0.5, 2], 1e-6);
    expect(g.range).toEqual([0, INFINITE]);
  });

  it('takes another exponent above 1', () => {
    const g = power({ p: 1.5 });
    expectClose(each([-1, 0.25, 4], g.value), [0, 0.125, 8], 1e-6);
    expectClose(each([-1, 0.25, 4], g.derivative), [0, 0.75, 3], 1e-6);
    expectClose(each([0.125, 8], g.inverse), [0.25, 4], 1e-6);
    expect(() => power({ p: 1 })).toThrow(expect.objectContaining({ code: 'E_OPTIONS' }));
  });
});

describe('the golden vectors', () => {
  it('have g(−1)', () => {
    expectClose(each([-1], sigmoid().value), [0.2689414214], 1e-6);
    expectClose(each([-1], exp().value), [0.3678794412], 1e-6);
  });
});
