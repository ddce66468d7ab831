import { describe, expect, it } from 'vitest';
import { erk } from '../allocations/erk.ts';
import { fromFile } from '../allocations/from-file.ts';
import { global } from '../allocations/global.ts';
import { lamp } from '../allocations/lamp.ts';
import { uniform } from '../allocations/uniform.ts';
import type { Kernel } from '../kinds/pruner.ts';
import { magnitude } from '../scores/magnitude.ts';
import { allowanceOf, costOf, usesUp } from '../targets/allowance.ts';
import { kernelOf, onCpu, someNumbers, withCode } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { allocateCounts } from './update-masks.ts';

onCpu();

/** Multiply-adds 72·16, 1440·4, 100·1. */
const kernels = (): Kernel[] =>
  [
    { name: 'first', shape: [3, 3, 1, 8], uses: 16 },
    { name: 'second', shape: [72, 20], uses: 4 },
    { name: 'last', shape: [20, 5], uses: 1 },
  ].map(({ name, shape, uses }, i) => {
    const size = shape.reduce((product, n) => product * n, 1);
    return { ...kernelOf(name, shape, someNumbers(size, i)), uses };
  });
const rule = { score: magnitude(), fraction: 1, rounding: 'total' } as const;
const withKernels = (use: (of: readonly Kernel[]) => void) => {
  const of = kernels();
  use(of);
  tf.dispose(of.map(({ weight }) => weight));
};

describe('allocateCounts for a budget of multiply-adds', () => {
  it.each([
    ['uniform', uniform()],
    ['uniform but for a layer', uniform({ fixed: { last: 0 } })],
    ['erk', erk()],
    ['global', global()],
    ['lamp', lamp()],
    ['from-file', fromFile({ budget: { first: 0.2, second: 0.95, last: 0.5 }, rescale: true })],
  ])('uses it up to less than a weight: %s', (_, allocation) =>
    withKernels((of) => {
      for (const multiplyAdds of [0.02, 0.1, 0.37, 0.9, 1]) {
        const counts = allocateCounts(of, { ...rule, allocation, multiplyAdds });
        const own = of.map(({ name }) => counts.get(name) as number);
        const allowance = allowanceOf(of, { multiplyAdds });
        const sizes = of.map(({ size }) => size);
        expect([costOf(allowance, own) <= allowance.budget, usesUp(allowance, own, sizes)], `${multiplyAdds}: ${own}`).toEqual([
          true,
          true,
        ]);
      }
    }),
  );

  it('stays with the allocation but for a few weights', () =>
    withKernels((of) => {
      // 701 of 7012 multiply-adds: density 0.1 leaves 7.2·16 + 144·4 + 10·1. What rounding leaves goes to the dearest weights that fit.
      const counts = allocateCounts(of, { ...rule, allocation: uniform(), multiplyAdds: 0.1 });
      expect(Object.fromEntries(counts)).toEqual({ first: 7, second: 144, last: 13 });
    }));

  it('goes the scheduled part of the way', () =>
    withKernels((of) => {
      const half = allocateCounts(of, { ...rule, allocation: uniform(), multiplyAdds: 0.1, fraction: 0.5 });
      expect(half.get('second')).toBe(1440 - Math.round((1440 - 144) / 2));
      expect(Object.fromEntries(allocateCounts(of, { ...rule, allocation: erk(), multiplyAdds: 0.1, fraction: 0 }))).toEqual({
        first: 72,
        second: 1440,
        last: 100,
      });
    }));

  it('is a number of weights where all cost the same, and for bytes', () =>
    withKernels((of) => {
      const even = of.map((kernel) => ({ ...kernel, uses: 7 }));
      const bySparsity = allocateCounts(even, { ...rule, allocation: erk(), sparsity: 0.9 });
      expect(allocateCounts(even, { ...rule, allocation: erk(), multiplyAdds: 0.1 })).toEqual(bySparsity); // 161 of 1612
      const total = [...allocateCounts(of, { ...rule, allocation: erk(), bytes: 0.1 }).values()].reduce((sum, count) => sum + count, 0);
      expect(4 * total + 9 + 180 + 13).toBeLessThanOrEqual(0.1 * 4 * 1612);
      expect(4 * (total + 1) + 9 + 180 + 13).toBeGreaterThan(0.1 * 4 * 1612);
    }));

  it.each([
    ['E_TARGET', 'a layer that is fixed costs more', uniform({ fixed: { first: 0 } }), 0.05],
    ['E_TARGET', 'no weight fits', uniform(), 0.0001],
    ['E_BUDGET', 'a budget has one total alone', fromFile({ budget: { first: 0.2, second: 0.95, last: 0.5 } }), 0.1],
  ])('refuses with %s where %s', (code, _, allocation, multiplyAdds) =>
    withKernels((of) => {
      expect(() => allocateCounts(of, { ...rule, allocation, multiplyAdds })).toThrow(withCode(code));
    }),
  );
});
