import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Allocation } from '../kinds/allocation.ts';
import type { Kernel } from '../kinds/pruner.ts';
import type { Score } from '../kinds/score.ts';
import { keepCounts } from '../masks/keep-counts.ts';
import type { FinishedResult, LayerResult } from '../results.ts';
import { naming, shapeOf, temporaryFolders, withCode } from '../test-helpers.ts';
import { followBudget, parseBudget, readBudget, runBudget } from './budget.ts';
import { fromFile } from './from-file.ts';
import { fromRun } from './from-run.ts';

const unused = undefined as unknown as Score;
const folder = temporaryFolders();
const kernels = [shapeOf('conv1', 3, 3, 1, 8), shapeOf('fc', 100, 10)];

describe('parseBudget', () => {
  it('reads fractions by layer', () => {
    expect(parseBudget('layer,sparsity\nconv1,0.5\nlayer1.0.conv1,0\nfc,1\n', 'test')).toEqual({ conv1: 0.5, 'layer1.0.conv1': 0, fc: 1 });
  });

  it('takes what spreadsheets write', () => {
    expect(parseBudget('\uFEFFlayer, sparsity\r\n"a, b",0.5\r\n\r\nfc , 1e-3\r\n', 'test')).toEqual({ 'a, b': 0.5, fc: 0.001 });
  });

  it.each([
    ['percents', 'layer,sparsity\nconv1,90\n', ['conv1', '90', 'fractions']],
    ['less than nothing', 'layer,sparsity\nconv1,-0.5\n', ['conv1', '-0.5']],
    ['no number', 'layer,sparsity\nconv1,much\n', ['conv1', 'much']],
    ['nothing', 'layer,sparsity\nconv1,\n', ['conv1,']],
    ['no layer', 'layer,sparsity\n0.5\n', ['0.5']],
    ['a layer twice', 'layer,sparsity\nconv1,0.5\nconv1,0.6\n', ['conv1', 'twice']],
    ['another header', 'name,density\nconv1,0.5\n', ['name,density', 'layer,sparsity']],
    ['a header alone', 'layer,sparsity\n', ['no layer']],
    ['an empty file', '', ['layer,sparsity']],
  ])('refuses %s', (_, text, named) => {
    expect(() => parseBudget(text, 'budget.csv')).toThrow(withCode('E_BUDGET', { message: naming('budget.csv', ...named) }));
  });

  it('says which file is missing', () => {
    const file = path.join(folder(), 'none.csv');
    expect(() => readBudget(file)).toThrow(withCode('E_BUDGET', { message: naming(file) }));
  });
});

describe('followBudget', () => {
  const budget = { conv1: 0.5, fc: 0.9 }; // 36 + 100 of 1072 weights are left
  const follow = (given: Readonly<Record<string, number>>, sparsity: number, rescale = false, of: readonly Kernel[] = kernels) =>
    followBudget(given, of, sparsity, rescale, 'from-file');

  it('gives what the budget says if the total is its own, up to rounding', () => {
    expect(Object.fromEntries(follow(budget, 1 - 136 / 1072))).toEqual(budget);
    expect(Object.fromEntries(follow(budget, 0.8731))).toEqual(budget);
    const counts = keepCounts(kernels, follow(budget, 0.8731), 0.8731);
    expect([...counts.values()]).toEqual([36, 100]);
  });

  it('refuses another total, and names the one it has', () => {
    expect(() => follow(budget, 0.9)).toThrow(withCode('E_BUDGET', { message: naming('0.8731', '0.9', 'rescale') }));
  });

  it('multiplies the densities by one factor where it is told to, none above 1', () => {
    expect([...follow(budget, 1 - 68 / 1072, true).values()]).toEqual([expect.closeTo(0.75, 10), expect.closeTo(0.95, 10)]);
    expect([...follow(budget, 1 - 572 / 1072, true).values()]).toEqual([0, expect.closeTo(0.5, 10)]);
    expect(() => follow({ conv1: 0, fc: 1 }, 0.5, true)).toThrow(withCode('E_ALLOCATION'));
  });

  it('refuses layers that are unknown or missing', () => {
    expect(() => follow({ ...budget, fc2: 0.9 }, 0.9)).toThrow(withCode('E_BUDGET', { message: naming('"fc2"', '"conv1"', '"fc"') }));
    expect(() => follow({ fc: 0.9 }, 0.9)).toThrow(withCode('E_BUDGET', { message: naming('lacks', '"conv1"') }));
  });
});

describe('from-file', () => {
  it('puts the fractions into the spec, from which it can be built again without the file', () => {
    const file = path.join(folder(), 'budget.csv');
    writeFileSync(file, 'layer,sparsity\nconv1,0.5\nfc,0.9\n');
    const allocation = fromFile({ budget: file });
    expect(allocation.spec).toEqual({ use: 'from-file', budget: { conv1: 0.5, fc: 0.9 } });
    const { use: _, ...options } = allocation.spec;
    const again = fromFile(options as never) as Allocation;
    expect([...again.allocate(kernels, 1 - 136 / 1072, unused)]).toEqual([
      ['conv1', 0.5],
      ['fc', 0.9],
    ]);
  });

  it('refuses percents that a config gives', () => {
    expect(() => fromFile({ budget: { conv1: 90 } })).toThrow(withCode('E_OPTIONS'));
  });
});

describe('from-run', () => {
  const layer = (name: string, sparsity: number, prunable = true): LayerResult => ({
    ...{ name, shape: [100], size: 100, nonzero: 100 - 100 * sparsity, sparsity },
    ...{ multiplyAdds: 0, denseMultiplyAdds: 0, prunable },
  });
  const identity = {
    ...{ format: 1 as const, id: 'abc', pruner: 'str', seed: 0, requested: null },
    spec: { model: { use: 'm' }, data: { use: 'd' }, pruner: { use: 'str' }, training: {}, seed: 0, engine: { name: 'cpu', threads: 1 } },
  };
  const write = (result: object) => {
    const run = path.join(folder(), 'run');
    mkdirSync(run);
    writeFileSync(path.join(run, 'result.json'), JSON.stringify({ ...identity, ...result }));
    return run;
  };

  it('takes the sparsities of the layers that were pruned', () => {
    const run = write({
      ...{ status: 'finished', sparsity: 0.7, size: 200, nonzero: 60, wholeSparsity: 0.4, parameters: 300, multiplyAdds: 0 },
      ...{ denseMultiplyAdds: 0, accuracy: 0.9, loss: 1, epochs: 1, steps: 1 },
      validation: { accuracy: 0.9, loss: 1, bestAccuracy: 0.9, bestEpoch: 1 },
      layers: [layer('conv1', 0.5), layer('stem', 0, false), layer('fc', 0.9)],
    } satisfies Partial<FinishedResult>);
    expect(runBudget(run)).toEqual({ conv1: 0.5, fc: 0.9 });
    expect(fromRun({ run }).spec).toEqual({ use: 'from-run', run: { conv1: 0.5, fc: 0.9 } });
  });

  it('refuses a run that failed, or none', () => {
    const run = write({ status: 'failed', failure: { code: 'E_X', message: 'x', retry: false } });
    expect(() => fromRun({ run })).toThrow(withCode('E_BUDGET', { message: naming('failed') }));
    expect(() => fromRun({ run: folder() })).toThrow(withCode('E_BUDGET', { message: naming('no result.json') }));
  });
});
