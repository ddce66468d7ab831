import { expect, it } from 'vitest';
import { compareLosses, largestDifference, type TrainingSide } from './training-side.ts';

const side = (...losses: number[]): TrainingSide => ({ name: '', losses, run: () => 0, dispose: () => {} });

it('takes the largest relative difference, and infinity for what is not a number', () => {
  expect(largestDifference([1, 2], [1, 2])).toBe(0);
  expect(largestDifference([1, 4], [1.25, 2])).toBe(0.5);
  expect(largestDifference([1, Number.NaN, 1], [1, 1, 1])).toBe(Number.POSITIVE_INFINITY);
});

it('tells whether two sides do the same', async () => {
  expect(await compareLosses(side(2.3, 2.2), side(2.3, 2.2001))).toMatchObject({ agree: true });
  expect(await compareLosses(side(2.3, 2.2), side(2.3, 2.3))).toMatchObject({ agree: false });
  expect(await compareLosses(side(2.3, Number.NaN), side(2.3, 2.3))).toMatchObject({ agree: false });
});
