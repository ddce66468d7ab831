import type { RunResult } from '@espalier/core/results';
import { describe, expect, it } from 'vitest';
import { failure, result } from './fixtures.ts';
import { groupRuns, labelNamed, methodLabel, optionsText, specLabel } from './run-groups.ts';

describe('methodLabel', () => {
  it('names the options, but not the sparsity that was requested', () => {
    const pruner = { use: 'gmp', sparsity: 0.9, allocation: { use: 'erk' }, schedule: { use: 'cubic', start: 0.1 }, every: 50 };
    expect(methodLabel(result({ pruner, requested: 0.9 }))).toBe('gmp (allocation=erk, every=50, schedule=cubic(start=0.1))');
  });

  it('names a sparsity that is not the requested one', () => {
    expect(methodLabel(result({ pruner: { use: 'acme', sparsity: 0.5 }, requested: null }))).toBe('acme (sparsity=0.5)');
  });

  it('names components inside an option that groups them', () => {
    const regularizers = { weights: { use: 'l1', lambda: 1e-5 }, norm: { use: 'none' } };
    expect(optionsText({ weightDecay: 0, regularizers })).toBe('regularizers=(norm=none, weights=l1(lambda=0.00001)), weightDecay=0');
  });

  it('tells the budgets of a deep network apart by a digest', () => {
    const budget = (sparsity: number) => Object.fromEntries(Array.from({ length: 54 }, (_, i) => [`layer${i}`, sparsity]));
    const texts = [budget(0.9), budget(0.8), budget(0.9)].map((given) => optionsText({ allocation: { use: 'from-file', budget: given } }));
    expect(texts[0]).toMatch(/^allocation=from-file\(budget=\(54 values, [0-9a-f]{6}\)\)$/);
    expect(texts[1]).not.toBe(texts[0]);
    expect(texts[2]).toBe(texts[0]);
  });

  it('tells a word from what looks like one', () => {
    expect(specLabel({ use: 'x', a: 'true', b: true, c: 'two words', d: [1, 2] })).toBe('x (a="true", b=true, c="two words", d=[1,2])');
  });
});

describe('labelNamed', () => {
  it('is the label of tables, however it is written', () => {
    for (const text of ['gmp(every=50,allocation=erk)', 'gmp (allocation=erk, every=50)', 'gmp( allocation = erk, every = 5e1 )'])
      expect(labelNamed(text)).toBe('gmp (allocation=erk, every=50)');
    expect(labelNamed('str(estimator=leaky(alpha=0.5))')).toBe('str (estimator=leaky(alpha=0.5))');
    expect(['str', '0.05', 'acme [acme aaa]', 'x (a'].map(labelNamed)).toEqual(['str', '0.05', 'acme [acme aaa]', 'x (a']);
  });
});

describe('groupRuns', () => {
  it('keeps runs apart that used different versions of a plugin, and names these', () => {
    const of = (digest: string | undefined, seed: number) => {
      const run = result({ pruner: { use: 'acme', sparsity: 0.9 }, requested: 0.9, seed });
      return { ...run, id: `${digest} ${seed}`, spec: { ...run.spec, ...(digest ? { plugins: { acme: digest, other: 'same' } } : {}) } };
    };
    const labels = (...runs: RunResult[]) => groupRuns(runs).map(({ method, finished }) => [method, finished.length]);
    expect(labels(of('aaa', 0), of('aaa', 1))).toEqual([['acme', 2]]);
    expect(labels(of('aaa', 0), of('aaa', 1), of('bbb', 0))).toEqual([
      ['acme [acme aaa]', 2],
      ['acme [acme bbb]', 1],
    ]);
    expect(labels(of(undefined, 0), of('bbb', 1))).toEqual([
      ['acme [acme without a digest, other without a digest]', 1],
      ['acme [acme bbb, other same]', 1],
    ]);
  });

  it('puts dense first, then methods in the order given, then sparsities', () => {
    const of = (use: string, requested: number) => result({ pruner: { use, sparsity: requested }, requested });
    const groups = groupRuns([of('str', 0.98), of('gmp', 0.9), of('str', 0.9), result()]);
    expect(groups.map(({ method, requested }) => [method, requested])).toEqual([
      ['dense', null],
      ['str', 0.9],
      ['str', 0.98],
      ['gmp', 0.9],
    ]);
  });

  it('averages over nothing but seeds', () => {
    const same = [result({ seed: 1 }), result({ seed: 0 }), failure({ seed: 2 })];
    const others = [
      result({ training: { epochs: 5 } }),
      result({ data: 'cifar10' }),
      result({ model: 'resnet20' }),
      { ...result(), id: 'x', spec: { ...result().spec, engine: { name: 'wasm', threads: 1 } } },
    ];
    const groups = groupRuns([...same, ...others]);
    expect(groups.map(({ finished, failed }) => [finished.map((run) => run.seed), failed.length])).toEqual([
      [[0, 1], 1],
      [[0], 0],
      [[0], 0],
      [[0], 0],
      [[0], 0],
    ]);
  });

  it('counts a run that is given twice once', () => {
    expect(groupRuns([result(), result()])[0]?.finished).toHaveLength(1);
  });
});
