import { oneShot, tf } from '@espalier/core';
import { prunerContract } from '@espalier/core/testing';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { baselinesPlugin, st3 } from './index.ts';
import { testNetwork } from './test-network.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const plugins = [baselinesPlugin];
const atOnce = oneShot({ at: 0 });

/** Without 2 of 6 weights the threshold is the second smallest magnitude, which stands at the golden vectors' τ. */
const W = [-1.5, -0.3, 0, 0.268941421, 0.7, 2];
const C = 1.01 / ((4.5 / 6 + 1e-6) / (4.768941421 / 6 + 1e-6) + 0.01);

describe('st3', () => {
  prunerContract({ test }, (options) => st3({ ...options }), { plugins });
});

describe('st3 with thresholds by the size of the layers', () => {
  prunerContract({ test }, (options) => st3({ sigma: true, ...options }), { plugins });
});

describe('st3 without rescaling, updated every third step', () => {
  prunerContract({ test }, (options) => st3({ rescale: false, every: 3, ...options }), { plugins });
});

describe('what st3 does', () => {
  it('shrinks by the quantile and scales the filter up', () => {
    const network = testNetwork(st3({ sparsity: 1 / 3, schedule: atOnce }), { only: [6, 1, W] });
    network.hooks(0, 1);
    const expected = W.map((w) => C * Math.sign(w) * Math.max(Math.abs(w) - 0.268941421, 0));
    for (const [i, w] of network.effective('only').entries()) expect(w).toBeCloseTo(expected[i] as number, 6);
    network.dispose();
  });

  it('scales each filter by itself', () => {
    // Filters [4, 1] and [3, 2] with threshold 1: r = 4/5 and 5/5.
    const network = testNetwork(st3({ sparsity: 0.25, schedule: atOnce }), { only: [2, 2, [4, 3, 1, 2]] });
    network.hooks(0, 1);
    const expected = [3 * (1.01 / 0.81), 2, 0, 1];
    for (const [i, w] of network.effective('only').entries()) expect(w).toBeCloseTo(expected[i] as number, 5);
    network.dispose();
  });

  it('hands the gradient of the effective weight to every weight, unscaled', () => {
    const network = testNetwork(st3({ sparsity: 1 / 3, schedule: atOnce }), { only: [6, 1, W] });
    network.hooks(0, 1);
    expect(network.gradient('only', [1, 2, 3, 4, 5, 6])).toEqual([1, 2, 3, 4, 5, 6]);
    network.dispose();
  });

  it('is a plain soft threshold without rescaling', () => {
    const network = testNetwork(st3({ sparsity: 0.5, schedule: atOnce, rescale: false }), { only: [2, 2, [4, -3, 1, 2]] });
    network.hooks(0, 1);
    expect(network.effective('only')).toEqual([2, -1, 0, 0]);
    network.dispose();
  });

  it('with sigma lowers the threshold of large layers', () => {
    const layers = { small: [1, 1, [2]], large: [1, 17, Array.from({ length: 17 }, (_, i) => 1.9 - i / 20)] } as const;
    const left = (sigma: boolean) => {
      const network = testNetwork(st3({ sparsity: 17 / 18, schedule: atOnce, sigma, rescale: false }), layers);
      network.pruned.finish(); // exact, where a threshold that was divided may be off by its rounding
      const counts = network.left();
      network.dispose();
      return counts;
    };
    expect(left(false)).toEqual({ small: 1, large: 0 });
    expect(left(true)).toEqual({ small: 0, large: 1 }); // 2·√2 against 1.9·√18
  });
});
