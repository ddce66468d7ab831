import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareTimes, FEWEST_ROUNDS, measure, medianInterval, quantile } from './measure.ts';

describe('quantile', () => {
  it('is linear between two values', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([10, 20, 30], 0.25)).toBe(15);
    expect(quantile([7], 0.75)).toBe(7);
  });
});

describe('medianInterval', () => {
  const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

  it.each([
    [6, 1, 6],
    [8, 1, 8],
    [9, 2, 8],
    [12, 3, 10],
    [20, 6, 15],
    [100, 40, 61],
  ])('has the ranks of the tables of the sign test: %i values, %i to %i', (n, low, high) => {
    expect(medianInterval(upTo(n))).toEqual([low, high]);
  });

  it('refuses what is too little for 95 %', () => {
    expect(() => medianInterval(upTo(FEWEST_ROUNDS - 1))).toThrow(RangeError);
  });

  it('holds the median and does not depend on the order', () => {
    const values = fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: FEWEST_ROUNDS, maxLength: 60 });
    fc.assert(
      fc.property(values, (times) => {
        const [low, high] = medianInterval(times);
        const median = quantile(times, 0.5);
        expect(low <= median && median <= high).toBe(true);
        expect(medianInterval([...times].reverse())).toEqual([low, high]);
      }),
    );
  });
});

describe('compareTimes', () => {
  it('pairs the rounds, so that a slow one counts for both', () => {
    const theirs = [10, 10, 40, 10, 20, 10, 10];
    const { ours, ratio, ratioInterval, rounds } = compareTimes(
      theirs.map((time) => time * 1.5),
      theirs,
    );
    expect({ ours, ratio, ratioInterval, rounds }).toEqual({ ours: 15, ratio: 1.5, ratioInterval: [1.5, 1.5], rounds: 7 });
  });
});

describe('measure', () => {
  it('lets the subjects take turns, and counts no warm-up', async () => {
    const turns: string[] = [];
    const subject = (name: string) => ({ name, step: () => turns.push(name) });
    const times = await measure([subject('a'), subject('b')], { warmUp: 1, rounds: 2, steps: 2 });
    expect(turns.join('')).toBe('ababababab');
    expect([...times].map(([name, rounds]) => [name, rounds.length])).toEqual([
      ['a', 2],
      ['b', 2],
    ]);
  });
});
