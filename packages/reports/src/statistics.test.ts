import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confidenceInterval, mean, sampleDeviation } from './statistics.ts';

describe('sampleDeviation', () => {
  it('divides by n − 1', () => {
    expect(mean([2, 4, 4, 4, 5, 5, 7, 9])).toBe(5);
    expect(sampleDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 12);
    expect(sampleDeviation([1, 3])).toBeCloseTo(Math.SQRT2, 12);
  });

  it('is unknown for one value', () => {
    expect(sampleDeviation([0.98])).toBeUndefined();
  });

  it('is exactly 0 for equal values', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 2, max: 9 }), (value, n) => {
        expect(mean(Array(n).fill(value))).toBe(value);
        expect(sampleDeviation(Array(n).fill(value))).toBe(0);
      }),
    );
  });
});

describe('confidenceInterval', () => {
  it('is that of Student', () => {
    // mean 2, deviation 1, t = 4.30265 for 2 degrees of freedom: 2 ± 4.30265 / √3
    expect(confidenceInterval([1, 2, 3])).toEqual([expect.closeTo(-0.48414, 5), expect.closeTo(4.48414, 5)]);
    // mean 2, deviation √2, t = 12.7062: 2 ± 12.7062
    expect(confidenceInterval([1, 3])).toEqual([expect.closeTo(-10.7062, 4), expect.closeTo(14.7062, 4)]);
  });

  it('is unknown for one value, and a point for equal ones', () => {
    expect(confidenceInterval([0.5])).toBeUndefined();
    expect(confidenceInterval([0.5, 0.5, 0.5])).toEqual([0.5, 0.5]);
  });

  it('does not depend on the order', () => {
    const values = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(values, (some) => {
        const [low = 0, high = 0] = confidenceInterval(some) ?? [];
        const [lowAgain, highAgain] = confidenceInterval([...some].reverse()) ?? [];
        expect(lowAgain).toBeCloseTo(low, 10);
        expect(highAgain).toBeCloseTo(high, 10);
        expect(low).toBeLessThanOrEqual(high);
      }),
    );
  });
});
