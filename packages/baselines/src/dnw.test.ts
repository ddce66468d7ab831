import { erk, global, tf } from '@espalier/core';
import { prunerContract } from '@espalier/core/testing';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { baselinesPlugin, dnw } from './index.ts';
import { testNetwork } from './test-network.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const plugins = [baselinesPlugin];
const WEIGHTS = [0.1, -0.9, 0.3, 0.8, -0.2, 0.7];

describe('dnw', () => {
  prunerContract({ test }, (options) => dnw({ ...options }), { plugins });
});

describe('dnw with an Erdős–Rényi allocation', () => {
  prunerContract({ test }, (options) => dnw({ allocation: erk(), ...options }), { plugins });
});

describe('dnw with one ranking for all layers', () => {
  prunerContract({ test }, (options) => dnw({ allocation: global(), ...options }), { plugins });
});

describe('dnw that rounds in each layer', () => {
  prunerContract({ test }, () => dnw({ rounding: 'layer' }), { plugins });
});

describe('what dnw does', () => {
  it('uses the largest weights from the first step on, unchanged', () => {
    const network = testNetwork(dnw({ sparsity: 0.5 }), { only: [3, 2, WEIGHTS] });
    expect(network.effective('only')).toEqual([0, -0.9, 0, 0.8, 0, 0.7].map(Math.fround));
    network.dispose();
  });

  it('lets a weight in as soon as an update has made it larger than one that is used', () => {
    const network = testNetwork(dnw({ sparsity: 0.5 }), { only: [3, 2, WEIGHTS] });
    network.setWeights('only', [0.1, -0.9, 0.75, 0.8, -0.2, 0.7]);
    network.hooks(0, 1);
    expect(network.effective('only')).toEqual([0, -0.9, 0.75, 0.8, 0, 0].map(Math.fround));
    network.dispose();
  });

  it('hands the gradient of the effective weight to every weight', () => {
    const network = testNetwork(dnw({ sparsity: 0.5 }), { only: [3, 2, WEIGHTS] });
    expect(network.gradient('only', [1, 2, 3, 4, 5, 6])).toEqual([1, 2, 3, 4, 5, 6]);
    network.dispose();
  });

  it('prunes the same share of each layer, by default to the exact total', () => {
    const layers = { first: [3, 2, WEIGHTS], second: [2, 5, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]] } as const;
    const left = (pruner: ReturnType<typeof dnw>) => {
      const network = testNetwork(pruner, layers);
      const counts = network.left();
      network.dispose();
      return counts;
    };
    // 0.75 of 6 and of 10 leave 1.5 and 2.5: 4 of 16 in all, the first layer first where the remainders are equal.
    expect(left(dnw({ sparsity: 0.75 }))).toEqual({ first: 2, second: 2 });
    // ⌊4.5⌋ and ⌊7.5⌋ removed.
    expect(left(dnw({ sparsity: 0.75, rounding: 'layer' }))).toEqual({ first: 2, second: 3 });
  });

  it('promises its sparsity only where the total is met', () => {
    expect(dnw({ sparsity: 0.8 }).sparsity).toBe(0.8);
    expect(dnw({ sparsity: 0.8, rounding: 'layer' }).sparsity).toBeUndefined();
  });
});
