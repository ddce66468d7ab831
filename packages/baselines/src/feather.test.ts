import { oneShot, tf } from '@espalier/core';
import { prunerContract } from '@espalier/core/testing';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { baselinesPlugin, feather } from './index.ts';
import { testNetwork } from './test-network.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const plugins = [baselinesPlugin];
const schedule = oneShot({ at: 0 });
const W = [-1.5, -0.3, 0, 0.268941421, 0.7, 2];
const UPSTREAM = [0.5, -1, 0.25, 2, -0.75, 0.1];

describe('feather', () => {
  prunerContract({ test }, (options) => feather({ ...options }), { plugins });
});

describe('feather with a leak and p = 5', () => {
  prunerContract({ test }, (options) => feather({ p: 5, theta: 0.5, every: 2, ...options }), { plugins });
});

describe('what feather does', () => {
  it('has the golden vectors at their threshold', () => {
    const network = testNetwork(feather({ sparsity: 1 / 3, schedule, theta: 0.5 }), { only: [6, 1, W] });
    network.hooks(0, 1);
    const golden = [-1.497112609, -0.1961566554, 0, 0, 0.6865087279, 1.998377651];
    for (const [i, w] of network.effective('only').entries()) expect(w).toBeCloseTo(golden[i] as number, 6);
    expect(network.gradient('only', UPSTREAM)).toEqual([0.5, -1, 0.125, 1, -0.75, 0.1].map(Math.fround));
    network.dispose();
  });

  it.each([
    [0.95, 1],
    [0.951, 0.5],
  ])('at sparsity %d lets the share %d of the gradient through below the threshold', (sparsity, theta) => {
    const weights = Array.from({ length: 100 }, (_, i) => i + 1);
    const network = testNetwork(feather({ sparsity, schedule }), { only: [100, 1, weights] });
    network.hooks(0, 1);
    const gradient = network.gradient('only', weights);
    expect([gradient[0], gradient[99]]).toEqual([theta, 100]);
    network.dispose();
  });
});
