import { describe, expect, it } from 'vitest';
import { differenceCell, pairedBySeed } from './samples.ts';

const samples = (name: string, values: Record<number, number>) =>
  Object.entries(values).map(([seed, value]) => ({ seed: Number(seed), value, runs: [`${name}${seed}`] }));

describe('differences', () => {
  it('are taken seed by seed, in the order of the first', () => {
    expect(pairedBySeed(samples('a', { 0: 5, 1: 7, 3: 1 }), samples('b', { 1: 4, 0: 3, 2: 9 }))).toEqual([
      { seed: 0, value: 2, runs: ['a0', 'b0'] },
      { seed: 1, value: 3, runs: ['a1', 'b1'] },
    ]);
  });

  it('have the interval of Student over the pairs', () => {
    // differences 1, 2, 3: 2 ± 4.30265 · 1 / √3
    expect(differenceCell(samples('a', { 0: 11, 1: 22, 2: 33 }), samples('b', { 0: 10, 1: 20, 2: 30 }))).toEqual({
      value: 2,
      deviation: 1,
      n: 3,
      interval: [expect.closeTo(-0.48414, 5), expect.closeTo(4.48414, 5)],
      runs: ['a0', 'b0', 'a1', 'b1', 'a2', 'b2'],
    });
  });

  it('have none with one pair, and no value without', () => {
    expect(differenceCell(samples('a', { 0: 2 }), samples('b', { 0: 1 }))).toEqual({ value: 1, n: 1, runs: ['a0', 'b0'] });
    expect(differenceCell(samples('a', { 0: 2 }), samples('b', { 1: 1 }))).toEqual({ value: null, runs: [] });
  });
});
