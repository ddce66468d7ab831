import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kthLargestScore, topK } from './top-k.ts';

const keep = (scores: number[], k: number) => Array.from(topK([Float32Array.from(scores)], k)[0] as Float32Array);
const score = fc.oneof(fc.float({ noNaN: true }), fc.constantFrom(-1, 0, 0.5, 1));

describe('topK', () => {
  it('keeps the k largest', () => {
    expect(keep([0.1, 0.9, 0.5, 0.7], 2)).toEqual([0, 1, 0, 1]);
    expect(keep([3, 1, 2], 1)).toEqual([1, 0, 0]);
  });

  it('ranks over all arrays together', () => {
    const masks = topK([Float32Array.of(5, 1), Float32Array.of(4), Float32Array.of(), Float32Array.of(3, 6, 2)], 3);
    expect(masks.map((mask) => Array.from(mask))).toEqual([[1, 0], [1], [], [0, 1, 0]]);
  });

  it('keeps the first among equals, the first array first', () => {
    expect(keep([2, 1, 1, 1], 2)).toEqual([1, 1, 0, 0]);
    const masks = topK([Float32Array.of(1, 2), Float32Array.of(1, 1)], 3);
    expect(masks.map((mask) => Array.from(mask))).toEqual([
      [1, 1],
      [1, 0],
    ]);
  });

  it('keeps nothing for 0 and everything for all', () => {
    expect(keep([1, 0, -1], 0)).toEqual([0, 0, 0]);
    expect(keep([1, 0, -1], 3)).toEqual([1, 1, 1]);
    expect(keep([0, 0], 0)).toEqual([0, 0]);
    expect(keep([Infinity, Number.MAX_VALUE], 0)).toEqual([0, 0]);
    expect(topK([], 0)).toEqual([]);
  });

  it('puts negative scores below positive ones, in their order', () => {
    expect(keep([-3, -1, -2, 1], 2)).toEqual([0, 1, 0, 1]);
    expect(keep([-3, -1, -2], 2)).toEqual([0, 1, 1]);
  });

  it('puts infinities at the ends', () => {
    expect(keep([1, Infinity, -Infinity, 3.4e38], 2)).toEqual([0, 1, 0, 1]);
    expect(keep([-Infinity, -3.4e38], 1)).toEqual([0, 1]);
  });

  it('puts minus zero just below zero and above all negatives', () => {
    expect(keep([-0, -1e-45, 0], 1)).toEqual([0, 0, 1]);
    expect(keep([-1e-45, -0, -1], 1)).toEqual([0, 1, 0]);
  });

  it('tells neighbouring floats apart, also where only the low bits differ', () => {
    expect(keep([1, 1 + 2 ** -23, 1 - 2 ** -24], 1)).toEqual([0, 1, 0]);
    expect(keep([1e-45, 3e-45, 0], 2)).toEqual([1, 1, 0]);
  });

  it('reads a view into a larger buffer where the view is', () => {
    const view = new Float32Array([9, 1, 3, 2, 9].values()).subarray(1, 4);
    expect(Array.from(topK([view], 2)[0] as Float32Array)).toEqual([0, 1, 1]);
  });

  it('agrees with sorting', () => {
    fc.assert(
      fc.property(fc.array(fc.array(score, { maxLength: 30 }), { minLength: 1, maxLength: 4 }), fc.nat(), (lists, at) => {
        const arrays = lists.map((list) => Float32Array.from(list, (x) => x + 0)); // without −0
        const all = arrays.flatMap((array) => Array.from(array));
        const k = at % (all.length + 1);
        const kept = all
          .map((x, i) => ({ x, i }))
          .sort((a, b) => (a.x === b.x ? a.i - b.i : b.x - a.x))
          .slice(0, k);
        const expected = new Set(kept.map(({ i }) => i));
        expect(topK(arrays, k).flatMap((mask) => Array.from(mask))).toEqual(all.map((_, i) => (expected.has(i) ? 1 : 0)));
      }),
    );
  });

  it('keeps exactly k of many, without a sort', () => {
    const scores = Float32Array.from({ length: 300_000 }, (_, i) => Math.abs(Math.sin(i)));
    const [mask] = topK([scores], 12_345) as [Float32Array];
    expect(mask.reduce((sum, m) => sum + m, 0)).toBe(12_345);
    const [lowestKept, highestDropped] = [
      Math.min(...scores.filter((_, i) => mask[i] === 1)),
      scores.reduce((max, x, i) => (mask[i] === 0 ? Math.max(max, x) : max), 0),
    ];
    expect(lowestKept).toBeGreaterThanOrEqual(highestDropped);
  });
});

describe('kthLargestScore', () => {
  it('is the k-th largest over all arrays', () => {
    const scores = [Float32Array.of(5, -1), Float32Array.of(4, 0.25)];
    expect([1, 2, 3, 4].map((k) => kthLargestScore(scores, k))).toEqual([5, 4, 0.25, -1]);
    expect(kthLargestScore([Float32Array.of(-Infinity, Infinity)], 1)).toBe(Infinity);
    expect(kthLargestScore([Float32Array.of(-Infinity, Infinity)], 2)).toBe(-Infinity);
  });

  it('agrees with sorting, to the bit', () => {
    fc.assert(
      fc.property(fc.array(score, { minLength: 1, maxLength: 60 }), fc.nat(), (list, at) => {
        const scores = Float32Array.from(list, (x) => x + 0);
        const k = 1 + (at % scores.length);
        expect(kthLargestScore([scores], k)).toBe(scores.toSorted().at(-k));
      }),
    );
  });
});
