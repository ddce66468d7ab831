import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { studentT } from './student-t.ts';

describe('studentT', () => {
  it.each([
    [0.95, 1, 12.7062],
    [0.95, 2, 4.30265],
    [0.95, 3, 3.18245],
    [0.95, 4, 2.77645],
    [0.95, 9, 2.26216],
    [0.95, 10, 2.22814],
    [0.95, 29, 2.04523],
    [0.95, 100, 1.98397],
    [0.9, 7, 1.89458],
    [0.99, 5, 4.03214],
  ])('is what tables have for %d and %i degrees', (level, degrees, expected) => {
    expect(studentT(level, degrees)).toBeCloseTo(expected, expected > 10 ? 4 : 5);
  });

  it('is the closed form for one and two degrees', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.99, noNaN: true }), (level) => {
        expect(studentT(level, 1)).toBeCloseTo(Math.tan((Math.PI * level) / 2), 8);
        expect(studentT(level, 2)).toBeCloseTo(level * Math.sqrt(2 / (1 - level ** 2)), 8);
      }),
    );
  });

  it('falls with the degrees of freedom towards the normal quantile', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), (degrees) => {
        expect(studentT(0.95, degrees)).toBeGreaterThan(studentT(0.95, degrees + 1));
        expect(studentT(0.95, degrees)).toBeGreaterThan(1.959963);
      }),
    );
  });
});
