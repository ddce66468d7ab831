import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Allocation } from '../kinds/allocation.ts';
import type { Kernel } from '../kinds/pruner.ts';
import type { Score } from '../kinds/score.ts';
import { keepCounts } from '../masks/keep-counts.ts';
import { shapeOf, withCode } from '../test-helpers.ts';
import { allocationContract } from '../testing/allocation-contract.ts';
import { er } from './er.ts';
import { erk } from './erk.ts';
import { proportionalDensities } from './proportional.ts';
import { uniform } from './uniform.ts';

const unused = undefined as unknown as Score;
const densities = (allocation: Allocation, kernels: readonly Kernel[], sparsity: number) => {
  const targets = allocation.allocate(kernels, sparsity, unused);
  return kernels.map(({ name }) => 1 - (targets.get(name) as number));
};
const close = (numbers: readonly number[]) => numbers.map((n) => expect.closeTo(n, 10));

const three = [shapeOf('a', 10), shapeOf('b', 100), shapeOf('c', 1000)];

describe('proportionalDensities', () => {
  it('shares out the total in proportion', () => {
    expect(proportionalDensities(three, [4, 2, 1], 0.1)).toEqual(close([4, 2, 1].map((raw) => (raw * 111) / 1240)));
  });

  it('makes a layer dense that would be more than that, and shares out the rest', () => {
    // 111 − 10 = 101 for b and c: ε = 101/1200
    expect(proportionalDensities(three, [40, 2, 1], 0.1)).toEqual(close([1, 202 / 1200, 101 / 1200]));
  });

  it('takes fixed layers out of the total and lets the others make up for them', () => {
    expect(proportionalDensities(three, [1, 1, 1], 0.1, { b: 0 })).toEqual(close([11 / 1010, 1, 11 / 1010]));
    expect(proportionalDensities(three, [1, 1, 1], 0.1, { c: 1 })).toEqual(close([1, 1, 0])); // 111 weights, 110 places
  });

  it.each([
    ['fixed layers keep more than the total', [1, 1, 1], 0.05, { b: 0 }],
    ['fixed layers keep less and no layer is free', [1, 1, 1], 0.5, { a: 0.9, b: 0.9, c: 0.9 }],
    ['the others have too few places', [1, 1, 1], 0.5, { c: 0.9 }],
    ['no other layer may keep any', [1, 1, 0], 0.5, {}],
    ['a layer is unknown', [1, 1, 1], 0.5, { d: 0.9 }],
  ])('refuses where %s', (_, raw, density, fixed) => {
    expect(() => proportionalDensities(three, raw, density, fixed)).toThrow(withCode('E_ALLOCATION'));
  });
});

describe('er', () => {
  allocationContract({ test }, () => er());

  it('counts the inputs and outputs of a layer, not the size of its filters', () => {
    // raw: (2 + 4)/8 = 3/4 and (4 + 4)/16 = 1/2; 72·3/4 + 16·1/2 = 62; 0.2·88 = 17.6
    const kernels = [shapeOf('conv', 3, 3, 2, 4), shapeOf('fc', 4, 4)];
    expect(densities(er(), kernels, 0.8)).toEqual(close([(0.75 * 17.6) / 62, (0.5 * 17.6) / 62]));
  });

  it('is erk for dense layers', () => {
    const kernels = [shapeOf('fc1', 784, 300), shapeOf('fc2', 300, 100), shapeOf('fc3', 100, 10)];
    expect(densities(er(), kernels, 0.9)).toEqual(close(densities(erk(), kernels, 0.9)));
  });
});

describe('uniform', () => {
  it('gives all but the fixed layers the same sparsity', () => {
    expect(densities(uniform({ fixed: { a: 0 } }), three, 0.9)).toEqual(close([1, 101 / 1100, 101 / 1100]));
    expect(densities(uniform({ fixed: { a: 0, b: 0.5 } }), three, 0.9)).toEqual(close([1, 0.5, 51 / 1000]));
  });

  it('has the spec it had without the option', () => {
    expect(uniform().spec).toEqual({ use: 'uniform' });
    expect(erk({ fixed: { conv1: 0 } }).spec).toEqual({ use: 'erk', fixed: { conv1: 0 } });
  });
});

describe.each([
  ['uniform', () => uniform()],
  ['er', () => er()],
  ['erk', () => erk()],
  ['erk, power 3', () => erk({ power: 3 })],
])('%s', (_, create) => {
  const shapes = fc.oneof(
    fc.constant([1]),
    fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 2 }),
    fc.tuple(fc.constantFrom(1, 3), fc.constantFrom(1, 3), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 })),
  );
  const networks = fc.array(shapes, { minLength: 1, maxLength: 12 }).map((list) => list.map((shape, i) => shapeOf(`layer${i}`, ...shape)));
  const sparsities = fc.oneof(
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    fc.constantFrom(0, 1e-9, 0.999, 0.99999, 1 - 1e-12),
  );

  it('keeps every layer in [0, 1] and meets the total to the weight, one-weight layers and extreme densities too', () => {
    fc.assert(
      fc.property(networks, sparsities, (kernels, sparsity) => {
        const targets = (create() as Allocation).allocate(kernels, sparsity, unused);
        for (const target of targets.values()) {
          expect(target).toBeGreaterThanOrEqual(-1e-12);
          expect(target).toBeLessThanOrEqual(1);
        }
        const total = kernels.reduce((sum, { size }) => sum + size, 0);
        const counts = [...keepCounts(kernels, targets, sparsity).values()];
        expect(counts.reduce((sum, n) => sum + n, 0)).toBe(Math.round(total * (1 - sparsity)));
        for (const [i, kept] of counts.entries()) {
          expect(kept).toBeGreaterThanOrEqual(0);
          expect(kept).toBeLessThanOrEqual((kernels[i] as Kernel).size);
        }
      }),
    );
  });
});
