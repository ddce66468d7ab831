import { describe, expect, it } from 'vitest';
import { comparisonTable } from './comparison-table.ts';
import { comparison, failure, result } from './fixtures.ts';
import { runsOf } from './table.ts';

const gmp = (seed: number, accuracy: number, requested = 0.9) =>
  result({ pruner: { use: 'gmp', sparsity: requested }, requested, seed, accuracy });
const texts = (results: Parameters<typeof comparisonTable>[0]) =>
  comparisonTable(results).footnotes.map(({ mark, text }) => (mark ? `${mark}: ${text}` : text));

describe('comparisonTable', () => {
  it('gives mean and sample deviation over the seeds', () => {
    const { cells } = comparisonTable([gmp(0, 0.98), gmp(1, 0.99), gmp(2, 0.97)]).rows[0] ?? {};
    expect(cells?.accuracy).toMatchObject({ value: expect.closeTo(0.98, 12), deviation: expect.closeTo(0.01, 12), n: 3 });
    expect(cells?.seeds?.value).toBe(3);
    expect(cells?.sparsity).toMatchObject({ value: 0.9, deviation: 0 });
  });

  it('gives no deviation for one seed', () => {
    expect(comparisonTable([gmp(0, 0.98)]).rows[0]?.cells.accuracy?.deviation).toBeUndefined();
    expect(texts([gmp(0, 0.98)]).join()).not.toContain('±');
  });

  it('pairs the difference to dense by seed', () => {
    const dense = [result({ seed: 0, accuracy: 0.99 }), result({ seed: 1, accuracy: 0.97 })];
    const table = comparisonTable([...dense, gmp(0, 0.98), gmp(1, 0.95), gmp(2, 0.5)]);
    const delta = table.rows[1]?.cells.accuracyDelta;
    expect(delta).toMatchObject({ value: expect.closeTo(-0.015, 12), deviation: expect.closeTo(Math.sqrt(0.00005), 12), n: 2 });
    expect(delta?.runs).toEqual([gmp(0, 1).id, dense[0]?.id, gmp(1, 1).id, dense[1]?.id]);
    // −0.015 ± t · 0.00707… / √2 with t = 12.7062 for one degree of freedom
    expect(delta?.interval).toEqual([expect.closeTo(-0.015 - 12.7062 * 0.005, 6), expect.closeTo(-0.015 + 12.7062 * 0.005, 6)]);
    expect(texts([...dense, gmp(0, 0.98), gmp(2, 0.5)])).toEqual(
      expect.arrayContaining(['Δ to dense is paired by seed, in percentage points.', 'Seeds without a run of dense are left out of Δ.']),
    );
  });

  it('shows what training cost and when the target was reached, where the runs say so', () => {
    const shown = (runs: Parameters<typeof comparisonTable>[0]) => {
      const { columns, rows } = comparisonTable(runs);
      const keys = ['trainingMultiplyAdds', 'trainingMultiplyAddsFraction', 'reachedAtEpoch'] as const;
      const has = keys.filter((key) => columns.some((column) => column.key === key));
      return rows.map(({ cells }) => has.map((key) => cells[key]?.value));
    };
    const training = { trainingMultiplyAdds: 250, denseTrainingMultiplyAdds: 1000 };
    const dense = { ...result(), trainingMultiplyAdds: 1000, denseTrainingMultiplyAdds: 1000, reachedAt: null };
    const told = (seed: number, step: number) => ({ ...gmp(seed, 0.98), ...training, reachedAt: { step, epoch: step / 10 } });
    expect(shown([dense, told(0, 20), told(1, 30), gmp(2, 0.98)])).toEqual([
      [1000, 1, null],
      [250, 0.25, 2.5],
    ]);
    expect(shown([result(), gmp(0, 0.98)])).toEqual([[], []]);
    expect(texts([result(), gmp(0, 0.98)]).join()).not.toMatch(/training|Reached at/);
    expect(texts([told(0, 20)]).join()).toMatch(/of training.*Reached at/);
  });

  it('does not pair with a dense run on other terms', () => {
    const table = comparisonTable([result({ training: { epochs: 5 } }), gmp(0, 0.98)]);
    expect(table.columns.map(({ key }) => key)).not.toContain('accuracyDelta');
  });

  it('takes the differences to any method, at the same requested sparsity', () => {
    const str = (seed: number, accuracy: number, requested = 0.9) =>
      result({ pruner: { use: 'str', sparsity: requested }, requested, seed, accuracy });
    const runs = [result({ accuracy: 0.99 }), gmp(0, 0.98), gmp(0, 0.9, 0.98), str(0, 0.97), str(0, 0.93, 0.98)];
    const table = comparisonTable(runs, { reference: 'gmp' });
    expect(table.columns.find(({ key }) => key === 'accuracyDelta')?.label).toBe('Δ to gmp');
    expect(table.rows.map((row) => row.cells.accuracyDelta?.value)).toEqual([
      null,
      null,
      null,
      expect.closeTo(-0.01, 12),
      expect.closeTo(0.03, 12),
    ]);
    const erk = { ...result({ pruner: { use: 'gmp', sparsity: 0.9, allocation: { use: 'erk' } }, requested: 0.9, seed: 0 }), id: 'erk' };
    const against = comparisonTable([...runs, erk], { reference: 'gmp(allocation=erk)' });
    expect(against.columns.find(({ key }) => key === 'accuracyDelta')?.label).toBe('Δ to gmp (allocation=erk)');
    expect(() => comparisonTable(runs, { reference: 'dnw' })).toThrow(expect.objectContaining({ code: 'E_REFERENCE' }));
  });

  it('does not average runs that prune different kernels', () => {
    const other = gmp(1, 0.97);
    const runs = [gmp(0, 0.98), { ...other, spec: { ...other.spec, prunable: { exclude: ['fc2'] } } }];
    expect(comparisonTable(runs).rows.map((row) => row.cells.prunable?.value)).toEqual(['all', 'exclude=["fc2"]']);
  });

  it('marks the best only where every interval says so', () => {
    const str = (seed: number, accuracy: number) => result({ pruner: { use: 'str', sparsity: 0.9 }, requested: 0.9, seed, accuracy });
    const marked = (results: Parameters<typeof comparisonTable>[0]) =>
      comparisonTable(results).rows.flatMap(({ cells }) => (cells.accuracy?.best ? [cells.method?.value] : []));
    const ahead = [gmp(0, 0.96), gmp(1, 0.962), gmp(2, 0.961), str(0, 0.97), str(1, 0.971), str(2, 0.9705)];
    expect(marked(ahead)).toEqual(['str']);
    expect(marked([gmp(0, 0.9), str(0, 0.97)])).toEqual([]);
    expect(texts([gmp(0, 0.9), str(0, 0.97)])).toContain(
      'No value is marked as the best: with one seed a difference can’t be told from chance.',
    );
    const lost = failure({ pruner: { use: 'str', sparsity: 0.9 }, requested: 0.9, seed: 3 });
    expect(marked([...ahead, lost])).toEqual([]);
  });

  it('counts multiply-adds absolutely and against dense', () => {
    const { cells } = comparisonTable([gmp(0, 0.98)]).rows[0] ?? {};
    expect(cells?.multiplyAdds?.value).toBe(229_300);
    expect(cells?.multiplyAddsFraction?.value).toBeCloseTo(0.1, 12);
  });

  it('shows a failed run in its row and says why', () => {
    const lost = failure({ pruner: { use: 'gmp', sparsity: 0.9 }, requested: 0.9, seed: 1 });
    const [row] = comparisonTable([gmp(0, 0.98), lost]).rows;
    expect(row?.cells.seeds).toMatchObject({ value: 1, text: '1 of 2', mark: 'a' });
    expect(row?.cells.failed).toMatchObject({ value: 1, runs: [lost.id] });
    expect(texts([gmp(0, 0.98), lost])).toContain(
      'a: gmp at 90 %: seed 1 failed at step 120 in conv2: The loss is not finite [E_NOT_FINITE]',
    );
  });

  it('keeps a row of which every run failed', () => {
    const [row] = comparisonTable([failure()]).rows;
    expect(row?.cells.accuracy).toMatchObject({ value: null, text: 'failed' });
  });

  it('says so where the runs had different terms, and does not mix them', () => {
    const table = comparisonTable([
      gmp(0, 0.98),
      result({ pruner: { use: 'gmp', sparsity: 0.9 }, requested: 0.9, training: { epochs: 5 }, data: 'cifar10' }),
    ]);
    expect(table.rows.map((row) => [row.cells.data?.value, row.cells.training?.value, row.cells.seeds?.value])).toEqual([
      ['mnist', 'epochs=default', 1],
      ['cifar10', 'epochs=5', 1],
    ]);
    expect(table.footnotes[0]?.text).toMatch(/^The runs differ in data and training:/);
    expect(table.caption).toBe('Pruning methods compared: lenet5, seed 0');
  });

  it('names the denominator and the layers left dense', () => {
    const leftDense = result({ pruner: { use: 'str' }, requested: 0.9, leftDense: ['conv1', 'fc2'] });
    expect(texts([gmp(0, 0.98)])[0]).toBe(
      'Sparsity is the share of zeros among the 431 k prunable weights; of the whole model: among all its 431 k parameters.',
    );
    expect(texts([leftDense])[2]).toBe('Left dense, and no part of the prunable weights: conv1, fc2.');
    expect(texts([gmp(0, 0.98), leftDense])[2]).toBe('Left dense by str, and no part of the prunable weights: conv1, fc2.');
  });

  it('shows the denominator in a column where it differs', () => {
    const sizes = comparisonTable([gmp(0, 0.98), result({ model: 'other', leftDense: ['fc1'] })]).columns.find(({ key }) => key === 'size');
    expect(sizes?.dataOnly).toBeUndefined();
  });

  it('knows the runs behind each cell', () => {
    const results = comparison();
    expect(new Set(runsOf(comparisonTable(results)))).toEqual(new Set(results.map((run) => run.id)));
  });

  it('has a label of its own for each row at one sparsity', () => {
    const variants = [{}, { every: 10 }, { allocation: { use: 'erk' } }].map((options) =>
      result({ pruner: { use: 'gmp', sparsity: 0.9, ...options }, requested: 0.9 }),
    );
    expect(comparisonTable(variants).rows.map((row) => row.cells.method?.value)).toEqual(['gmp', 'gmp (every=10)', 'gmp (allocation=erk)']);
  });
});
