import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { enumerate, percent, points, shortPercent, si } from './format.ts';

describe('percent', () => {
  it('writes a fraction in percent', () => {
    expect([0, 0.5, 0.9, 0.98765, 1].map((fraction) => percent(fraction))).toEqual(['0.00', '50.00', '90.00', '98.77', '100.00']);
  });

  it('takes more digits where two would hide that some weights are left', () => {
    expect(percent(0.99999)).toBe('99.999');
    expect(percent(1 - 1 / 25_502_912)).toBe('99.999996');
    expect(percent(0.00001)).toBe('0.001');
  });

  it('never shows 100 for less than all, nor 0 for more than nothing', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 4 }), (fraction, digits) => {
        const shown = Number(percent(fraction, digits).replace(/^([<>]) /, ''));
        const text = percent(fraction, digits);
        expect(text === '< 100' || shown < 100).toBe(fraction < 1);
        expect(text === '> 0' || shown > 0).toBe(fraction > 0);
      }),
    );
  });
});

describe('points', () => {
  it('has a sign, except where it rounds to nothing', () => {
    expect([0.0012, -0.0012, 0, -0.00001].map((difference) => points(difference))).toEqual(['+0.12', '−0.12', '0.00', '0.00']);
  });
});

describe('si', () => {
  it('writes three digits and a prefix', () => {
    const counts = [0, 7, 12.34, 500, 999.6, 1000, 43_050, 430_500, 999_499, 999_500, 25_502_912, 4.09e9];
    expect(counts.map(si)).toEqual(['0', '7', '12.3', '500', '1.00 k', '1.00 k', '43.1 k', '431 k', '999 k', '1.00 M', '25.5 M', '4.09 G']);
  });
});

describe('words', () => {
  it('leave out trailing zeros and name lists', () => {
    expect([0.9, 0.995, 0.58, 0, 1].map(shortPercent)).toEqual(['90', '99.5', '58', '0', '100']);
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(enumerate)).toEqual(['', 'a', 'a and b', 'a, b and c']);
  });
});
