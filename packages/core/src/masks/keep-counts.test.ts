import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shapeOf } from '../test-helpers.ts';
import { flooredKeepCounts, keepCount, keepCounts } from './keep-counts.ts';

const kernels = (...sizes: number[]) => sizes.map((size, i) => shapeOf(`k${i}`, size));
const targets = (...sparsities: number[]) => new Map(sparsities.map((sparsity, i) => [`k${i}`, sparsity]));
const counts = (sizes: number[], sparsities: number[], sparsity: number) => [
  ...keepCounts(kernels(...sizes), targets(...sparsities), sparsity).values(),
];

describe('keepCount', () => {
  it('is the nearest whole number of weights', () => {
    expect(keepCount(10, 0.9)).toBe(1);
    expect(keepCount(1000, 0.9)).toBe(100);
    expect(keepCount(266_200, 0.98)).toBe(5324);
    expect(keepCount(7, 0.5)).toBe(4);
    expect(keepCount(10, 0.96)).toBe(0);
    expect(keepCount(10, 0)).toBe(10);
  });
});

describe('keepCounts', () => {
  it('gives whole shares as they are', () => {
    expect(counts([100, 50, 10], [0.9, 0.8, 0.5], 1 - 25 / 160)).toEqual([10, 10, 5]);
  });

  it('gives what is left to the largest remainders', () => {
    // 2.5, 3.75 and 1.25 of 7.5: one of the two that are left goes to .75, one to .5, so 8 in all.
    expect(counts([10, 15, 5], [0.75, 0.75, 0.75], 0.75)).toEqual([3, 4, 1]);
  });

  it('prefers the first kernel among equal remainders', () => {
    expect(counts([5, 5, 5], [0.5, 0.5, 0.5], 0.5)).toEqual([3, 3, 2]);
  });

  it('does not lose a weight to rounding', () => {
    expect(counts([1000, 1000], [0.9, 0.9], 0.9)).toEqual([100, 100]);
  });

  it('never keeps more than there is, and gives the rest to others', () => {
    expect(counts([2, 100], [0, 1], 0.9)).toEqual([2, 8]);
  });

  it('takes away from the smallest remainders what is too much, the last kernel first', () => {
    expect(counts([4, 4], [0, 0], 0.75)).toEqual([1, 1]);
    expect(counts([4, 4], [0, 0], 0.875)).toEqual([1, 0]);
  });

  it('keeps a kernel without a target dense', () => {
    const kept = keepCounts(kernels(4, 4), new Map([['k1', 1]]), 0.5);
    expect([...kept.values()]).toEqual([4, 0]);
  });

  it('meets the total to the weight, within every layer, whatever the targets', () => {
    const sizes = fc.array(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 300 })), { minLength: 1, maxLength: 8 });
    const fraction = fc.oneof(fc.constantFrom(0, 1, 0.5, 1e-9, 1 - 1e-9, 0.999), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(sizes, fc.array(fraction, { minLength: 8, maxLength: 8 }), fraction, (sizes, sparsities, sparsity) => {
        const kept = counts(sizes, sparsities.slice(0, sizes.length), sparsity);
        const total = sizes.reduce((sum, size) => sum + size, 0);
        expect(kept.reduce((sum, count) => sum + count, 0)).toBe(keepCount(total, sparsity));
        for (const [i, count] of kept.entries()) {
          expect(count).toBeGreaterThanOrEqual(0);
          expect(count).toBeLessThanOrEqual(sizes[i] as number);
        }
      }),
    );
  });

  it('stays within one weight of each target where the targets add up', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 8 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (sizes, sparsity) => {
          const same = sizes.map(() => sparsity);
          for (const [i, count] of counts(sizes, same, sparsity).entries()) {
            expect(Math.abs(count - (sizes[i] as number) * (1 - sparsity))).toBeLessThan(1 + 1e-6);
          }
        },
      ),
    );
  });
});

describe('flooredKeepCounts', () => {
  it('zeroes the whole part of sparsity times size in each kernel, as the official code', () => {
    expect([...flooredKeepCounts(kernels(10, 15, 3), targets(0.75, 0.75, 0.9)).values()]).toEqual([3, 4, 1]);
    expect([...flooredKeepCounts(kernels(10), new Map()).values()]).toEqual([10]);
  });
});
