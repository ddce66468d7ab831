import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mean, sampleDeviation } from './statistics.ts';

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
