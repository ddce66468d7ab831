import { expect, it } from 'vitest';
import { deviation, parsePrinted, roundsTo } from './printed.ts';

it('reads a number and the unit of its last digit', () => {
  expect(parsePrinted('2.49M')).toEqual({ value: 2_490_000, unit: 10_000 });
  expect(parsePrinted('343M')).toEqual({ value: 343e6, unit: 1e6 });
  expect(parsePrinted('0.24x')).toEqual({ value: 0.24, unit: 0.01 });
  expect(parsePrinted('87.70')).toEqual({ value: 87.7, unit: 0.01 });
  expect(() => parsePrinted('about 5')).toThrow('about 5');
});

it('compares a count with it', () => {
  expect(roundsTo(2_494_999, parsePrinted('2.49M'))).toBe(true);
  expect(roundsTo(2_495_001, parsePrinted('2.49M'))).toBe(false);
  expect(deviation(101, parsePrinted('100'))).toBeCloseTo(0.01, 12);
});
