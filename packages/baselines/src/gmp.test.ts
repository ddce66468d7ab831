import { cubic, erk, global, linear, oneShot, tf } from '@espalier/core';
import { prunerContract } from '@espalier/core/testing';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { baselinesPlugin, gmp } from './index.ts';
import { testNetwork } from './test-network.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const plugins = [baselinesPlugin];
const TEN = [0.1, -0.2, 0.3, -0.4, 0.5, -0.6, 0.7, -0.8, 0.9, -1];

describe('gmp', () => {
  prunerContract({ test }, (options) => gmp({ every: 3, ...options }), { plugins });
});

describe('gmp with an Erdős–Rényi allocation', () => {
  prunerContract({ test }, (options) => gmp({ every: 3, allocation: erk(), ...options }), { plugins });
});

describe('gmp with one ranking for all layers', () => {
  prunerContract({ test }, (options) => gmp({ every: 3, allocation: global(), ...options }), { plugins });
});

describe('gmp with fewer steps than lie between two updates', () => {
  prunerContract({ test }, (options) => gmp({ ...options }), { plugins });
});

describe('gmp whose masks never freeze', () => {
  prunerContract({ test }, (options) => gmp({ every: 1, freeze: false, ...options }), { plugins });
});

describe('gmp as in the STR repository', () => {
  prunerContract({ test }, () => gmp({ every: 1, freeze: false, rounding: 'layer' }), { plugins });
});

describe('the schedule of gmp', () => {
  it('has the golden sparsities of the cubic ramp', () => {
    const ramp = cubic({ start: 0.25, end: 1 });
    const epochs = [20, 21, 30, 40, 50, 60, 70, 79];
    const golden = [0, 0.04425416667, 0.3791666667, 0.6333333333, 0.7875, 0.8666666667, 0.8958333333, 0.8999958333];
    for (const [i, epoch] of epochs.entries()) expect(0.9 * ramp.at(epoch / 80)).toBeCloseTo(golden[i] as number, 9);
  });

  it('says how many weights are left after every update', () => {
    const pruner = gmp({ sparsity: 0.8, schedule: linear({ start: 0, end: 1 }), every: 25 });
    const network = testNetwork(pruner, { only: [5, 2, TEN] });
    const left = [0, 24, 25, 26, 50, 75, 99].map((step) => {
      network.hooks(step, step + 1);
      return network.left().only;
    });
    // Sparsity 0, 0.2, 0.4, 0.6 at steps 0, 25, 50, 75.
    expect(left).toEqual([10, 10, 8, 8, 6, 4, 4]);
    network.pruned.finish();
    expect(network.left()).toEqual({ only: 2 });
    network.dispose();
  });

  it('is a promise of what it ends at', () => {
    expect(gmp({ sparsity: 0.8 }).sparsity).toBe(0.8);
    expect(gmp({ sparsity: 0.8, rounding: 'layer' }).sparsity).toBeUndefined();
    const stopsShort = { kind: 'schedule', spec: { use: 'stops-short' }, at: (progress: number) => progress / 2 } as const;
    expect(gmp({ sparsity: 0.8, schedule: stopsShort }).sparsity).toBe(0.4);
    const network = testNetwork(gmp({ sparsity: 0.8, schedule: stopsShort }), { only: [5, 2, TEN] });
    network.hooks(0, 100);
    network.pruned.finish();
    expect(network.left()).toEqual({ only: 6 });
    network.dispose();
  });
});

describe('what gmp does', () => {
  const halfAtOnce = { sparsity: 0.5, schedule: oneShot({ at: 0 }), every: 1 };
  const grown = [0.1, -0.2, 0.3, -0.4, 0.75, -0.6, 0.7, -0.8, 0.9, -1];

  it('computes with the largest weights, unchanged, and gives the others no gradient', () => {
    const network = testNetwork(gmp(halfAtOnce), { only: [5, 2, TEN] });
    network.hooks(0, 1);
    expect(network.effective('only')).toEqual([0, 0, 0, 0, 0, -0.6, 0.7, -0.8, 0.9, -1].map(Math.fround));
    expect(network.gradient('only', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])).toEqual([0, 0, 0, 0, 0, 6, 7, 8, 9, 10]);
    network.dispose();
  });

  it('keeps its masks once the target is reached', () => {
    const network = testNetwork(gmp(halfAtOnce), { only: [5, 2, TEN] });
    network.hooks(0, 2);
    network.setWeights('only', grown);
    network.hooks(2, 100);
    network.pruned.finish();
    expect(network.effective('only')[4]).toBe(0);
    expect(network.left()).toEqual({ only: 5 });
    network.dispose();
  });

  it('takes a weight back that has outgrown one that is used, if its masks do not freeze', () => {
    const network = testNetwork(gmp({ ...halfAtOnce, freeze: false }), { only: [5, 2, TEN] });
    network.hooks(0, 2);
    network.setWeights('only', grown);
    network.hooks(2, 3);
    expect(network.effective('only')).toEqual([0, 0, 0, 0, 0.75, 0, 0.7, -0.8, 0.9, -1].map(Math.fround));
    network.dispose();
  });

  it('takes a weight back while the ramp rises', () => {
    const network = testNetwork(gmp({ sparsity: 0.8, schedule: linear({ start: 0, end: 1 }), every: 10 }), { only: [5, 2, TEN] });
    network.hooks(0, 51);
    expect(network.effective('only')[0]).toBe(0);
    network.setWeights('only', [2, -0.2, 0.3, -0.4, 0.5, -0.6, 0.7, -0.8, 0.9, -1]);
    network.hooks(51, 61);
    expect(network.effective('only')[0]).toBe(2);
    network.dispose();
  });
});
