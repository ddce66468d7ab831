import { baselinesPlugin } from '@espalier/baselines';
import { corePlugin, createRegistry, defineDataset, definePlugin, EspalierError } from '@espalier/core';
import { strPlugin } from '@espalier/str';
import { zooPlugin } from '@espalier/zoo';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Config, resolveConfig } from '../config/config.ts';
import { planSwap } from './plan-swap.ts';

const points = defineDataset({
  name: 'points',
  summary: 'For these tests',
  options: z.strictObject({}),
  create: () => ({ inputShape: [20], classes: 2, load: () => Promise.reject(new Error('planning loads nothing')) }),
});
const tests = definePlugin({ name: 'tests', apiVersion: 1, components: [points] });
const registry = createRegistry([corePlugin, strPlugin, baselinesPlugin, zooPlugin, tests]);
const engine = { name: 'cpu', threads: 1 };
const plan = (swap: Config['swap'] = {}, more: Config = {}) => {
  const config: Config = { model: 'lenet-300-100', data: 'points', sparsity: 0.95, ...more, swap };
  return planSwap(resolveConfig(config, 'test', 2), registry, engine, 'espalier swap');
};
const codeOf = (action: () => unknown): [string, string] => {
  try {
    action();
  } catch (error) {
    if (error instanceof EspalierError) return [error.code, error.message];
  }
  return ['none', ''];
};

describe('the plan of a swap', () => {
  it('begins with every method as it is, a dense run per seed and a small dense one', () => {
    const { study, requests } = plan({}, { seeds: [0, 1] });
    expect(requests.map(({ pruner, model, seed }) => [pruner.spec.use, model.spec.width, seed]).slice(0, 4)).toEqual([
      ['dense', undefined, 0],
      ['dense', undefined, 1],
      ['str', undefined, 0],
      ['str', undefined, 1],
    ]);
    expect(requests).toHaveLength(2 + 4 * 2 + 2);
    expect(study.axes).toEqual([
      { name: 'budget of', values: ['str', 'gmp', 'gmp (allocation=erk)', 'global-magnitude'], base: 'str' },
      {
        name: 'selection by',
        values: ['own', 'str', 'gmp', 'global-magnitude', 'rewound', 'layer-shuffled', 'reinitialized', 'random', 'small-dense'],
        base: 'own',
      },
    ]);
    expect(study.swap?.selectionOf).toEqual({
      str: 'str',
      gmp: 'gmp',
      'gmp (allocation=erk)': 'gmp',
      'global-magnitude': 'global-magnitude',
    });
    expect(study.name).toBe('swap-lenet-300-100-points');
    expect(study.runs.filter(({ at }) => at['selection by'] === 'own')).toHaveLength(8);
  });

  it('makes the small dense network about as large as what is kept', () => {
    const { requests } = plan();
    const small = requests.find(({ model }) => model.spec.width !== undefined);
    const built = small?.model.build({ inputShape: [20], classes: 2, seed: () => 1 });
    const weights = built?.layers.reduce((sum, layer) => sum + (layer.getWeights()[0]?.size ?? 0), 0) ?? 0;
    built?.dispose();
    const kept = 0.05 * (20 * 300 + 300 * 100 + 100 * 2);
    expect(Math.abs(weights - kept) / kept).toBeLessThan(0.05);
  });

  it('leaves the small dense network out of a model without a width, and says so', () => {
    const { study } = plan({}, { model: 'mlp' });
    expect(study.swap?.controls).toEqual(['rewound', 'layer-shuffled', 'reinitialized', 'random']);
    expect(study.swap?.leftOut).toEqual([{ control: 'small-dense', reason: expect.stringContaining('"width"') }]);
  });

  it('takes an allocation wherever a method has one', () => {
    const grid = { use: 'thresholded', source: { use: 'top-k', allocation: { use: 'erk' } } };
    const { study } = plan({ pruners: [grid, 'dnw', 'random', 'thresholded'], controls: [] });
    expect(Object.values(study.swap?.selectionOf ?? {})).toEqual(['thresholded (source=top-k)', 'dnw', 'random', 'thresholded']);
  });

  it.each<[string, Config['swap'], string]>([
    ['follows no budget', { pruners: ['str', 'st-3'] }, '"st-3" can\'t take part in a swap: it has no option that takes an allocation'],
    ['takes no sparsity', { pruners: ['str', 'dense'] }, '"dense"'],
    ['sets a sparsity', { pruners: ['str', { use: 'gmp', sparsity: 0.5 }] }, 'a sparsity of its own'],
    ['misses the sparsity', { pruners: ['str', { use: 'gmp', rounding: 'layer' }] }, "doesn't promise"],
  ])('refuses a method that %s', (_, swap, problem) => {
    const [code, message] = codeOf(() => plan(swap));
    expect(code).toBe('E_SWAP');
    expect(message).toContain(problem);
  });

  it('refuses a control that it does not know, and a swap of one method', () => {
    expect(codeOf(() => plan({ controls: ['shuffled' as never] }))[0]).toBe('E_CONFIG');
    expect(codeOf(() => plan({ pruners: ['str'] }))[0]).toBe('E_CONFIG');
  });

  it('goes on from the methods that finished, and from no other', async () => {
    const { next, study } = plan({ controls: [] });
    const { study: after, requests } = await next([], '/nowhere');
    expect(requests).toEqual([]);
    expect(after.runs).toEqual(study.runs);
  });
});
