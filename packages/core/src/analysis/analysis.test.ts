import { describe, expect, it } from 'vitest';
import type { SubgradientEstimator } from '../kinds/estimator.ts';
import type { ThresholdFunction } from '../kinds/threshold-function.ts';
import { hard } from '../operators/hard.ts';
import { onCpu, tensorsLeftBy } from '../test-helpers.ts';
import { estimatorCurve } from './estimator-curve.ts';
import { thresholdFunctionConditions } from './threshold-function-conditions.ts';
import { thresholdFunctionCurve } from './threshold-function-curve.ts';

const INFINITE = Number.POSITIVE_INFINITY;

const exponential: ThresholdFunction = {
  range: [0, INFINITE],
  value: (s) => s.exp(),
  derivative: (s) => s.exp(),
  inverse: (threshold) => threshold.log(),
};
const logistic: ThresholdFunction = {
  range: [0, 1],
  value: (s) => s.sigmoid(),
  derivative: (s) => s.sigmoid().mul(s.neg().sigmoid()),
  inverse: (threshold) => threshold.div(threshold.neg().add(1)).log(),
};
/** s + ½ from −½ up. */
const ramp: ThresholdFunction = {
  range: [0, INFINITE],
  value: (s) => s.add(0.5).relu(),
  derivative: (s) => s.greater(-0.5).cast('float32'),
  inverse: (threshold) => threshold.sub(0.5),
};

const byName = (g: ThresholdFunction, sInit?: number) =>
  Object.fromEntries(thresholdFunctionConditions(g, sInit === undefined ? {} : { sInit }).map((one) => [one.name, one]));
const verdicts = (g: ThresholdFunction, sInit?: number) => Object.values(byName(g, sInit)).map(({ verdict }) => verdict);

describe('thresholdFunctionConditions', () => {
  onCpu();

  it('finds the logistic function bounded, with a slope of at most ¼, 0.001·0.999 where training starts', () => {
    const { positive, limits, slope, start } = byName(logistic);
    expect(verdicts(logistic)).toEqual(['pass', 'partial', 'pass', 'pass']);
    expect(positive?.measured.least).toBeGreaterThan(0);
    expect(limits?.measured).toEqual({ below: 0, supremum: 1 });
    expect(slope?.measured.largest).toBeCloseTo(0.25, 6);
    expect(start?.measured.sInit).toBeCloseTo(Math.log(0.001 / 0.999), 4);
    expect(start?.measured.slope).toBeCloseTo(0.000999, 8);
    expect(start?.found).toBe("g'(−6.91) = 9.99e−4");
  });

  it('finds the exponential unbounded, with a slope bounded by 1 for s ≤ 0 only', () => {
    const { limits, slope } = byName(exponential);
    expect(verdicts(exponential)).toEqual(['pass', 'pass', 'partial', 'pass']);
    expect(limits?.measured).toEqual({ below: 0, supremum: null });
    expect(slope?.measured).toMatchObject({ largest: null, largestUpToZero: 1 });
  });

  it('finds a ramp that is 0 below, flat there, and as steep as 1 at the start', () => {
    const { positive, slope, start } = byName(ramp);
    expect(verdicts(ramp)).toEqual(['fail', 'pass', 'fail', 'fail']);
    expect(positive?.measured.least).toBe(0);
    expect(positive?.measured.at).toBeCloseTo(-0.5, 2);
    expect(slope?.measured).toMatchObject({ least: 0, largest: 1 });
    expect(start?.measured).toEqual({ sInit: expect.closeTo(-0.499, 6), slope: 1 });
  });

  it('takes the start that it is given', () => {
    expect(verdicts(exponential, 2)).toEqual(['pass', 'pass', 'partial', 'fail']);
    expect(byName(exponential, -3200).start?.measured).toEqual({ sInit: -3200, slope: 0 });
  });

  it.each<[string, Partial<ThresholdFunction>, string]>([
    ['is shifted up', { value: (s) => s.sigmoid().add(0.1), range: [0.1, 1.1] }, 'limits'],
    ['is negative somewhere', { value: (s) => s.sigmoid().sub(0.01) }, 'positive'],
    ['is negative far below only', { value: (s) => s.sigmoid().sub(s.less(-2000).cast('float32').mul(1e-4)) }, 'positive'],
    ['is NaN far below', { value: (s) => s.exp().div(s.exp().add(1)).div(s.greater(-2000).cast('float32')).mul(1) }, 'positive'],
    ['falls somewhere', { derivative: (s) => s.sigmoid().mul(s.neg().sigmoid()).sub(1e-3) }, 'slope'],
    ['has no finite slope', { derivative: (s) => s.div(0).abs().add(INFINITE) }, 'slope'],
  ])('fails a function that %s', (_, change, condition) => {
    expect(byName({ ...logistic, ...change })[condition]?.verdict).toBe('fail');
  });

  it('measures the rest of a function whose inverse is broken', () => {
    expect(verdicts({ ...logistic, inverse: (threshold) => threshold.mul(Number.NaN) })).toEqual(['pass', 'partial', 'pass', 'fail']);
  });

  it('leaves no tensor behind', () => {
    expect(tensorsLeftBy(() => thresholdFunctionConditions(logistic))).toBe(0);
  });
});

describe('thresholdFunctionCurve', () => {
  onCpu();

  it('shows where a bounded function rises, evenly to both sides', () => {
    const curve = thresholdFunctionCurve(logistic, { points: 101 });
    expect(curve).toHaveLength(101);
    expect(curve[0]?.s).toBeCloseTo(-7, 1);
    expect(curve.at(-1)?.s).toBeCloseTo(7, 1);
    expect(curve[50]).toEqual({ s: expect.closeTo(0, 5), value: expect.closeTo(0.5, 5), derivative: expect.closeTo(0.25, 5) });
  });

  it('shows an unbounded one up to 2', () => {
    const curve = thresholdFunctionCurve(exponential);
    expect(curve.at(-1)).toEqual({ s: expect.closeTo(Math.log(2), 5), value: expect.closeTo(2, 5), derivative: expect.closeTo(2, 5) });
  });

  it('shows a function whose inverse is broken from −8 to 8', () => {
    const curve = thresholdFunctionCurve({ ...logistic, inverse: (threshold) => threshold.mul(Number.NaN) });
    expect([curve[0]?.s, curve.at(-1)?.s]).toEqual([-8, 8]);
  });

  it('shows the start, unless it is far away', () => {
    const from = (sInit?: number) => thresholdFunctionCurve(exponential, sInit === undefined ? {} : { sInit })[0]?.s as number;
    expect(from(-7)).toBeLessThan(-7);
    expect(from(-7)).toBeGreaterThan(-8);
    expect(from(-3200)).toBe(from());
  });
});

describe('estimatorCurve', () => {
  onCpu();

  /** What the progress and the threshold are goes into the gradients, so that the curve shows whether they arrive. */
  const probe: SubgradientEstimator = {
    backward: ({ upstream, weight, threshold, effective, progress }) => ({
      weight: upstream.mul(effective.notEqual(0).cast('float32').add(progress)),
      threshold: upstream.mul(weight.div(threshold)).neg(),
    }),
  };

  it('has the factors on a gradient of 1, over the magnitude of a weight in thresholds', () => {
    const curve = estimatorCurve(probe, { threshold: 0.1, points: 4, to: 2 });
    expect(curve.map(({ ratio }) => ratio)).toEqual([0.25, 0.75, 1.25, 1.75]);
    expect(curve.map(({ weight }) => weight)).toEqual([0, 0, 1, 1]);
    for (const { ratio, threshold } of curve) expect(threshold).toBeCloseTo(ratio, 5);
  });

  it('hands operator and progress on', () => {
    const last = estimatorCurve(probe, { progress: 0.25, operator: hard(), points: 3 }).at(-1);
    expect(last?.weight).toBe(1.25);
  });

  it('leaves no tensor behind', () => {
    expect(tensorsLeftBy(() => estimatorCurve(probe))).toBe(0);
  });
});
