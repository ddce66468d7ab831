import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Allocation } from '../kinds/allocation.ts';
import { keepCounts } from '../masks/keep-counts.ts';
import { magnitude } from '../scores/magnitude.ts';
import { kernelOf, onCpu, tensorsLeftBy } from '../test-helpers.ts';
import { allocationContract } from '../testing/allocation-contract.ts';
import { lamp } from './lamp.ts';

onCpu();

function sparsities(layers: readonly (readonly number[])[], sparsity: number): number[] {
  const kernels = layers.map((weights, i) => kernelOf(`layer${i}`, [weights.length], weights));
  try {
    return [...(lamp() as Allocation).allocate(kernels, sparsity, magnitude()).values()];
  } finally {
    for (const { weight } of kernels) weight.dispose();
  }
}

describe('lamp', () => {
  allocationContract({ test }, () => lamp());

  // scores: a: 9/9, 4/13, 1/14, 0;   b: 1/1, 1/2, 1/3, 1/4
  const a = [2, -3, 0, 1];
  const b = [1, -1, 1, 1];

  it('ranks weights by their share in what is left of the layer', () => {
    expect(sparsities([a, b], 0.75)).toEqual([0.75, 0.75]); // 9/9 and 1/1
    expect(sparsities([a, b], 0.5)).toEqual([0.75, 0.25]); // then 1/2, 1/3
    expect(sparsities([a, b], 0.375)).toEqual([0.5, 0.25]); // then 4/13
    expect(sparsities([a, b], 0.25)).toEqual([0.5, 0]); // then 1/4
  });

  it('does not see how large the weights of a layer are', () => {
    expect(sparsities([a.map((weight) => weight * 1000), b], 0.375)).toEqual(sparsities([a, b], 0.375));
  });

  it('leaves every layer a weight as long as there is one for each', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.array(weights, { minLength: 1, maxLength: 6 }), (layers) => {
        const size = layers.reduce((sum, { length }) => sum + length, 0);
        const found = sparsities(layers, 1 - layers.length / size);
        expect(found.map((s, i) => Math.round((1 - s) * (layers[i]?.length ?? 0)))).toEqual(layers.map(() => 1));
      }),
      { numRuns: 30 },
    );
  });

  it('copes with layers of zeros, and meets the total', () => {
    const kernels = [kernelOf('zeros', [3]), kernelOf('one', [1], [5])];
    const targets = (lamp() as Allocation).allocate(kernels, 0.5, magnitude());
    expect([...keepCounts(kernels, targets, 0.5).values()].reduce((sum, n) => sum + n)).toBe(2);
    expect(targets.get('one')).toBe(0);
    expect(tensorsLeftBy(() => void lamp().allocate(kernels, 0.5, magnitude()))).toBe(0);
    expect(lamp().dynamic).toBe(true);
    for (const { weight } of kernels) weight.dispose();
  });
});
