import { cubic, fromRun, tf } from '@espalier/core';
import { prunerContract } from '@espalier/core/testing';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { baselinesPlugin, globalMagnitude } from './index.ts';
import { testNetwork } from './test-network.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const plugins = [baselinesPlugin];
const LAYERS = { first: [2, 2, [0.1, -0.2, 0.3, 0.05]], second: [2, 3, [-1, 2, 3, 0.25, 5, -6]] } as const;

describe('globalMagnitude, one-shot', () => {
  prunerContract({ test }, (options) => globalMagnitude({ every: 2, ...options }), { plugins });
});

describe('globalMagnitude, gradual', () => {
  const schedule = cubic({ start: 0.1, end: 0.6 });
  prunerContract({ test }, (options) => globalMagnitude({ every: 2, schedule, ...options }), { plugins });
});

describe('what globalMagnitude does', () => {
  it('is dense until half of the training is done, then prunes at once', () => {
    const network = testNetwork(globalMagnitude({ sparsity: 0.5 }), LAYERS, 100);
    network.hooks(0, 50);
    expect(network.left()).toEqual({ first: 4, second: 6 });
    network.hooks(50, 51);
    expect(network.left()).toEqual({ first: 0, second: 5 });
    network.dispose();
  });

  it('follows the budget that it is given, in one shot', () => {
    const allocation = fromRun({ run: { first: 0.25, second: 4 / 6 } });
    const network = testNetwork(globalMagnitude({ sparsity: 0.5, allocation }), LAYERS);
    network.hooks(0, 50);
    expect(network.left()).toEqual({ first: 4, second: 6 });
    network.hooks(50, 100);
    network.pruned.finish();
    expect(network.effective('first')).toEqual([0.1, -0.2, 0.3, 0].map(Math.fround));
    expect(network.effective('second')).toEqual([0, 0, 0, 0, 5, -6]);
    network.dispose();
  });

  it('compares the weights of all layers', () => {
    const network = testNetwork(globalMagnitude({ sparsity: 0.3 }), LAYERS);
    network.hooks(0, 100);
    network.pruned.finish();
    expect(network.effective('first')).toEqual([0, 0, 0.3, 0].map(Math.fround));
    expect(network.effective('second')).toEqual([-1, 2, 3, 0.25, 5, -6]);
    network.dispose();
  });

  it('gives pruned weights no gradient and leaves the masks as they are', () => {
    const network = testNetwork(globalMagnitude({ sparsity: 0.5 }), LAYERS);
    network.hooks(0, 60);
    network.setWeights('first', [9, 9, 9, 9]);
    network.hooks(60, 100);
    network.pruned.finish();
    expect(network.effective('first')).toEqual([0, 0, 0, 0]);
    expect(network.gradient('first', [1, 2, 3, 4])).toEqual([0, 0, 0, 0]);
    expect(network.gradient('second', [1, 2, 3, 4, 5, 6])).toEqual([1, 2, 3, 0, 5, 6]);
    network.dispose();
  });

  it('is gradual with a schedule that rises', () => {
    const network = testNetwork(globalMagnitude({ sparsity: 0.8, schedule: cubic({ start: 0, end: 1 }), every: 25 }), LAYERS);
    const left = [0, 25, 50, 75].map((step) => {
      network.hooks(step, step + 1);
      const { first, second } = network.left();
      return (first as number) + (second as number);
    });
    // 0.8·(1 − (1 − p)³) = 0, 0.4625, 0.7, 0.7875 of 10.
    expect(left).toEqual([10, 5, 3, 2]);
    network.dispose();
  });
});
