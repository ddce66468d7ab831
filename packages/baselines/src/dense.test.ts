import { tf } from '@espalier/core';
import { prunerContract } from '@espalier/core/testing';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { baselinesPlugin, dense } from './index.ts';
import { testNetwork } from './test-network.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('dense', () => {
  prunerContract({ test }, () => dense(), { plugins: [baselinesPlugin] });

  it('computes with the weights themselves, zeros included', () => {
    const network = testNetwork(dense(), { only: [2, 2, [1, 0, -2, 3]] });
    expect(network.effective('only')).toEqual([1, 0, -2, 3]);
    expect(network.gradient('only', [5, 6, 7, 8])).toEqual([5, 6, 7, 8]);
    expect(network.left()).toEqual({ only: 3 });
    network.dispose();
  });

  it('promises nothing', () => {
    expect(dense().sparsity).toBeUndefined();
  });
});
