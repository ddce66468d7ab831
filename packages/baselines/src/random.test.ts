import { erk, fromRun, tf } from '@espalier/core';
import { prunerContract } from '@espalier/core/testing';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { baselinesPlugin, random } from './index.ts';
import { testNetwork } from './test-network.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const LAYERS = {
  first: [4, 5, Array.from({ length: 20 }, (_, i) => i + 1)],
  second: [5, 4, Array.from({ length: 20 }, (_, i) => -i - 1)],
} as const;

describe('random', () => {
  prunerContract({ test }, (options) => random({ ...options }), { plugins: [baselinesPlugin] });
  prunerContract({ test }, (options) => random({ allocation: erk(), ...options }), { plugins: [baselinesPlugin] });

  it('keeps as many weights of each layer as the allocation says, from the start and whatever their values', () => {
    const network = testNetwork(random({ sparsity: 0.75, allocation: fromRun({ run: { first: 0.9, second: 0.6 } }) }), LAYERS);
    expect(network.left()).toEqual({ first: 2, second: 8 });
    const places = network.effective('second').map((w) => w !== 0);
    network.setWeights('second', Array(20).fill(1));
    network.hooks(0, 100);
    network.pruned.finish();
    expect(network.effective('second').map((w) => w !== 0)).toEqual(places);
    expect(network.gradient('second', Array(20).fill(1))).toEqual(places.map(Number));
    network.dispose();
  });

  it('tells plans what it leaves, before anything is drawn', () => {
    const network = testNetwork(random({ sparsity: 0.75, allocation: fromRun({ run: { first: 0.9, second: 0.6 } }) }), LAYERS);
    const { calendar } = random({ sparsity: 0.75, allocation: fromRun({ run: { first: 0.9, second: 0.6 } }) });
    const planned = calendar?.(
      network.pruned.layers.map(({ kernel }) => kernel),
      { totalSteps: 100 },
    );
    expect(planned?.updates).toEqual([{ step: 0, fraction: 1 }]);
    expect(Object.fromEntries(planned?.countsAt(1) ?? [])).toEqual(network.left());
    network.dispose();
  });

  it('takes other places in each layer', () => {
    const network = testNetwork(random({ sparsity: 0.5 }), LAYERS);
    expect(network.effective('first').map((w) => w !== 0)).not.toEqual(network.effective('second').map((w) => w !== 0));
    network.dispose();
  });
});
