import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EspalierError } from '../errors.ts';
import type { Allocation } from '../kinds/allocation.ts';
import type { Kernel } from '../kinds/pruner.ts';
import { keepCount, keepCounts } from '../masks/keep-counts.ts';
import { magnitude } from '../scores/magnitude.ts';
import { kernelOf, naming, onCpu, shapeOf, tensorsLeftBy, withCode } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { parseBudget } from './budget.ts';
import { fromFile } from './from-file.ts';
import { fromRun } from './from-run.ts';
import { global } from './global.ts';
import { lamp } from './lamp.ts';

/** Allocations that look at weights or follow budgets, where hardly any or nearly all weights are left, and a layer may have only one. */

onCpu();

const sparsities = fc.oneof(
  fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  fc.constantFrom(0, 1e-9, 0.5, 0.999, 0.99999, 1 - 1e-12),
);
const sizeOf = (kernels: readonly Kernel[]): number => kernels.reduce((sum, { size }) => sum + size, 0);

function expectExact(kernels: readonly Kernel[], targets: ReadonlyMap<string, number>, sparsity: number): void {
  expect([...targets.keys()]).toEqual(kernels.map(({ name }) => name));
  for (const target of targets.values()) {
    expect(target).toBeGreaterThanOrEqual(0);
    expect(target).toBeLessThanOrEqual(1);
  }
  const counts = kernels.map(({ name }) => keepCounts(kernels, targets, sparsity).get(name) as number);
  expect(counts.reduce((sum, n) => sum + n, 0)).toBe(keepCount(sizeOf(kernels), sparsity));
  for (const [i, { size }] of kernels.entries()) {
    expect(Number.isInteger(counts[i])).toBe(true);
    expect(counts[i]).toBeGreaterThanOrEqual(0);
    expect(counts[i]).toBeLessThanOrEqual(size);
  }
}

describe.each([
  ['global', () => global() as Allocation],
  ['lamp', () => lamp() as Allocation],
])('%s', (_, create) => {
  /** Equal weights, zeros, and magnitudes from the least to the largest. */
  const weights = fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, -0, 1, -1, 1e-45, 3.4e38));
  const networks = fc.array(fc.oneof(fc.tuple(weights), fc.array(weights, { minLength: 1, maxLength: 30 })), {
    minLength: 1,
    maxLength: 8,
  });

  it('keeps every layer in [0, 1] and meets the total to the weight, whatever the weights are', () => {
    fc.assert(
      fc.property(networks, sparsities, (layers, sparsity) => {
        const kernels = layers.map((values, i) => kernelOf(`layer${i}`, [values.length], values));
        try {
          let targets: ReadonlyMap<string, number> = new Map();
          expect(
            tensorsLeftBy(() => {
              targets = create().allocate(kernels, sparsity, magnitude());
            }),
          ).toBe(0);
          expectExact(kernels, targets, sparsity);
        } finally {
          tf.dispose(kernels.map(({ weight }) => weight));
        }
      }),
    );
  });

  it('gives the counts that it found, to the weight, so that rounding has nothing to add', () => {
    fc.assert(
      fc.property(networks, sparsities, (layers, sparsity) => {
        const kernels = layers.map((values, i) => kernelOf(`layer${i}`, [values.length], values));
        const targets = create().allocate(kernels, sparsity, magnitude());
        const counts = keepCounts(kernels, targets, sparsity);
        tf.dispose(kernels.map(({ weight }) => weight));
        for (const { name, size } of kernels) expect((1 - (targets.get(name) as number)) * size).toBeCloseTo(counts.get(name) as number, 6);
      }),
    );
  });
});

describe.each([
  [
    'from-file',
    (budget: Readonly<Record<string, number>>, rescale: boolean) => {
      const lines = Object.entries(budget).map(([layer, sparsity]) => `${layer},${sparsity}`);
      return fromFile({ budget: parseBudget(['layer,sparsity', ...lines].join('\n'), 'test'), rescale }) as Allocation;
    },
  ],
  ['from-run', (budget: Readonly<Record<string, number>>, rescale: boolean) => fromRun({ run: budget, rescale }) as Allocation],
])('%s', (name, create) => {
  const layers = fc.record({
    size: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 2000 })),
    sparsity: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1, 1e-9, 1 - 1e-9)),
  });
  const budgets = fc.array(layers, { minLength: 1, maxLength: 12 }).map((list) => ({
    kernels: list.map(({ size }, i) => shapeOf(`layer${i}`, size)),
    budget: Object.fromEntries(list.map(({ sparsity }, i) => [`layer${i}`, sparsity])),
  }));
  const ownSparsity = (kernels: readonly Kernel[], budget: Readonly<Record<string, number>>): number =>
    kernels.reduce((sum, kernel) => sum + (budget[kernel.name] as number) * kernel.size, 0) / sizeOf(kernels);

  it('gives each layer what the budget says, and meets its total to the weight', () => {
    fc.assert(
      fc.property(budgets, ({ kernels, budget }) => {
        const sparsity = ownSparsity(kernels, budget);
        const targets = create(budget, false).allocate(kernels, sparsity, magnitude());
        expect(Object.fromEntries(targets)).toEqual(budget);
        expectExact(kernels, targets, sparsity);
        const counts = keepCounts(kernels, targets, sparsity);
        for (const kernel of kernels)
          expect(Math.abs((counts.get(kernel.name) as number) - (1 - (budget[kernel.name] as number)) * kernel.size)).toBeLessThan(
            1 + 1e-6,
          );
      }),
    );
  });

  it('meets any other total to the weight where it may rescale, or says that the layers it leaves have too few places', () => {
    fc.assert(
      fc.property(budgets, sparsities, ({ kernels, budget }, sparsity) => {
        const places = kernels.reduce((sum, kernel) => sum + (budget[kernel.name] === 1 ? 0 : kernel.size), 0);
        const excess = (1 - sparsity) * sizeOf(kernels) - places;
        const allocate = () => create(budget, true).allocate(kernels, sparsity, magnitude());
        if (excess <= 0) expectExact(kernels, allocate(), sparsity);
        else if (excess > 1 + 1e-6 && Math.abs(ownSparsity(kernels, budget) - sparsity) > Math.max(1e-4, 1 / sizeOf(kernels)))
          expect(allocate).toThrow(withCode('E_ALLOCATION', { message: naming('have no place') }));
      }),
    );
  });

  it('refuses another total where it may not rescale, and names both', () => {
    fc.assert(
      fc.property(budgets, sparsities, ({ kernels, budget }, sparsity) => {
        const own = ownSparsity(kernels, budget);
        fc.pre(Math.abs(own - sparsity) > Math.max(1e-4, 1 / sizeOf(kernels)) + 1e-9);
        expect(() => create(budget, false).allocate(kernels, sparsity, magnitude())).toThrow(
          withCode('E_BUDGET', { message: naming(name, own.toFixed(4), String(sparsity), 'rescale') }),
        );
      }),
    );
  });

  it('keeps the proportions of the densities that it rescales, as far as none is above 1', () => {
    fc.assert(
      fc.property(budgets, sparsities, ({ kernels, budget }, sparsity) => {
        let targets: ReadonlyMap<string, number>;
        try {
          targets = create(budget, true).allocate(kernels, sparsity, magnitude());
        } catch (error) {
          fc.pre(!(error instanceof EspalierError));
          throw error;
        }
        const factors = kernels.flatMap((kernel) => {
          const [before, after] = [1 - (budget[kernel.name] as number), 1 - (targets.get(kernel.name) as number)];
          return before > 1e-6 && after < 1 ? [after / before] : [];
        });
        for (const factor of factors)
          expect(factor).toBeCloseTo(factors[0] as number, 6 - Math.ceil(Math.log10(1 + (factors[0] as number))));
      }),
    );
  });
});
