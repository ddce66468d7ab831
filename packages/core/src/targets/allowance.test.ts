import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepCount } from '../masks/keep-counts.ts';
import { withCode } from '../test-helpers.ts';
import { allowanceOf, costOf, evenCount, usesUp } from './allowance.ts';

/** 20 weights at 9 multiply-adds each, 100 at 1: 280 in all; 480 bytes, bit masks of 3 and 13. */
const KERNELS = [
  { size: 20, uses: 9 },
  { size: 100, uses: 1 },
];

describe('allowanceOf', () => {
  it('takes a sparsity for a number of weights, whatever they cost', () => {
    expect(allowanceOf(KERNELS, { sparsity: 0.9 })).toEqual({ prices: [1, 1], budget: 12 });
    expect(allowanceOf(KERNELS, { sparsity: 0.9 }, 0.5)).toEqual({ prices: [1, 1], budget: 66 });
    expect(allowanceOf(KERNELS, { sparsity: 0.9999 })).toEqual({ prices: [1, 1], budget: 0 });
  });

  it('takes multiply-adds as they are, whole', () => {
    expect(allowanceOf(KERNELS, { multiplyAdds: 0.1 })).toEqual({ prices: [9, 1], budget: 28 });
    expect(allowanceOf(KERNELS, { multiplyAdds: 0.13 })).toEqual({ prices: [9, 1], budget: 36 }); // 36.4
    expect(allowanceOf(KERNELS, { multiplyAdds: 0.1 }, 0.5)).toEqual({ prices: [9, 1], budget: 154 }); // 280·(1 − 0.5·0.9)
    expect(allowanceOf(KERNELS, { multiplyAdds: 1 })).toEqual({ prices: [9, 1], budget: 280 });
  });

  it('takes bytes for the number of weights that is left beside the bit masks', () => {
    // 0.2·480 = 96, less 16 for the masks: 80 bytes, 20 weights.
    expect(allowanceOf(KERNELS, { bytes: 0.2 })).toEqual({ prices: [1, 1], budget: 20 });
    expect(allowanceOf(KERNELS, { bytes: 0.2 }, 0)).toEqual({ prices: [1, 1], budget: 120 });
    expect(allowanceOf(KERNELS, { bytes: 0.2 }, 0.5)).toEqual({ prices: [1, 1], budget: 70 });
    expect(allowanceOf(KERNELS, { bytes: 1 })).toEqual({ prices: [1, 1], budget: 116 });
  });

  it.each([{ multiplyAdds: 0.003 }, { bytes: 0.04 }])('refuses what leaves not a single weight: %o', (target) => {
    expect(() => allowanceOf(KERNELS, target)).toThrow(withCode('E_TARGET'));
  });

  it('never allows more than was asked for', () => {
    const anyKernels = fc.array(fc.record({ size: fc.integer({ min: 1, max: 5000 }), uses: fc.integer({ min: 1, max: 5000 }) }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(anyKernels, fc.double({ min: 0.3, max: 1, noNaN: true }), (kernels, share) => {
        const sum = (value: (kernel: (typeof kernels)[number]) => number) => kernels.reduce((total, kernel) => total + value(kernel), 0);
        const dense = sum(({ size, uses }) => size * uses);
        expect(allowanceOf(kernels, { multiplyAdds: share }).budget).toBeLessThanOrEqual(share * dense + 1e-4);
        const total = sum(({ size }) => size);
        const masks = sum(({ size }) => Math.ceil(size / 8));
        if (share * 4 * total < masks + 4) return;
        const { budget } = allowanceOf(kernels, { bytes: share });
        expect(4 * budget + masks).toBeLessThanOrEqual(share * 4 * total + 1e-4);
        if (budget < total) expect(4 * (budget + 1) + masks).toBeGreaterThan(share * 4 * total - 1e-3);
        expect(allowanceOf(kernels, { sparsity: share * 0.99 }).budget).toBe(keepCount(total, share * 0.99));
      }),
      { seed: 1 },
    );
  });
});

describe('what an allowance leaves', () => {
  it('is a number of weights where all cost the same', () => {
    expect(evenCount({ prices: [3, 3], budget: 10 }, 120)).toBe(3);
    expect(evenCount({ prices: [3, 3], budget: 1000 }, 120)).toBe(120);
    expect(evenCount({ prices: [9, 1], budget: 10 }, 120)).toBeUndefined();
  });

  it('is used up when no weight more would fit', () => {
    const allowance = { prices: [9, 1], budget: 28 };
    expect(costOf(allowance, [2, 10])).toBe(28);
    expect(usesUp(allowance, [2, 10], [20, 100])).toBe(true);
    expect(usesUp(allowance, [2, 9], [20, 100])).toBe(false);
    expect(usesUp(allowance, [2, 9], [20, 9])).toBe(true);
    expect(usesUp(allowance, [3, 2], [20, 100])).toBe(false);
  });
});
