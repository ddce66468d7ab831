import { describe, expect, it } from 'vitest';
import { type CountedKernel, costConventions } from './conventions.ts';

/** A 3x3 convolution from 2 to 4 channels over 5x5 places: 72 weights, 100 outputs. */
const dense: CountedKernel = { size: 72, nonzero: 72, uses: 25, filters: 4 };
const sparse: CountedKernel = { ...dense, nonzero: 10 };

describe('the convention of STR', () => {
  const { operations, bytes } = costConventions.paper;
  it('counts multiply-adds of the weights that are left', () => {
    expect([operations(dense), operations(sparse)]).toEqual([1800, 250]);
  });
  it('stores values alone', () => {
    expect([bytes(dense), bytes(sparse)]).toEqual([288, 40]);
  });
});

describe('the convention of RigL', () => {
  const { operations, bytes } = costConventions.rigl;
  it('counts 18 multiplications, 17 additions, a bias and a relu for each output of a dense layer', () => {
    expect(operations(dense)).toBe(100 * (18 + 17 + 1 + 1));
  });
  it('counts them for the weights that are left, of which an output has 2.5 on average', () => {
    expect(operations(sparse)).toBe(100 * (2.5 + 1.5 + 1 + 1));
  });
  it('stores 32 bits for a weight and for a bias, and a mask only where there are zeros', () => {
    expect(bytes(dense) * 8).toBe(32 * 72 + 32 * 4);
    expect(bytes(sparse) * 8).toBe(32 * 10 + 72 + 32 * 4);
  });
});
