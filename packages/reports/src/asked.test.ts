import { describe, expect, it } from 'vitest';
import { type Asked, askedOf, askedPhrase, askedSlug, askedText, budgetAsked, byAsked, sparsityAsked } from './asked.ts';
import { comparisonTable } from './comparison-table.ts';
import { casesBySparsity } from './figures/cases.ts';
import { result } from './fixtures.ts';
import { groupRuns } from './run-groups.ts';
import { cellText } from './table.ts';

const tenth = { unit: 'multiplyAdds', value: 0.1 } as const;

describe('what was asked of a run', () => {
  it('is a sparsity, a budget in its unit, or nothing', () => {
    expect(askedOf({ requested: 0.9 })).toBe(0.9);
    expect(askedOf({ requested: null })).toBeNull();
    const asked = askedOf({ requested: null, target: tenth });
    expect(asked === askedOf({ requested: null, target: { ...tenth } })).toBe(true);
    expect([sparsityAsked(asked), budgetAsked(asked)]).toEqual([null, tenth]);
    expect([sparsityAsked(0.9), budgetAsked(0.9)]).toEqual([0.9, null]);
  });

  it('has words', () => {
    const all: Asked[] = [null, 0.9, 'multiplyAdds 0.1', 'bytes 0.05'];
    expect(all.map(askedText)).toEqual(['free', '90 %', '10 % of the multiply-adds', '5 % of the bytes']);
    expect(all.map(askedPhrase)).toEqual(['', ' at 90 % requested sparsity', ' with 10 % of the multiply-adds', ' with 5 % of the bytes']);
    expect(all.map(askedSlug)).toEqual(['free', '90', 'multiply-adds-10', 'bytes-5']);
  });

  it('has an order: nothing, sparsities, then budgets from the largest on', () => {
    const all: Asked[] = ['bytes 0.1', 0.98, 'multiplyAdds 0.05', null, 'multiplyAdds 0.1', 0.9];
    expect(all.sort(byAsked)).toEqual([null, 0.9, 0.98, 'multiplyAdds 0.1', 'multiplyAdds 0.05', 'bytes 0.1']);
  });
});

describe('runs on budgets', () => {
  const budgeted = (value: number, seed: number, reached = value) =>
    result({ pruner: { use: 'str', multiplyAdds: value }, target: { unit: 'multiplyAdds', value, reached }, seed });
  const runs = [
    result({ pruner: { use: 'str', sparsity: 0.95 }, requested: 0.95 }),
    result({ pruner: { use: 'str', sparsity: null, sInit: -3 } }),
    ...[0, 1].flatMap((seed) => [budgeted(0.1, seed, 0.0999), budgeted(0.05, seed)]),
  ];

  it('are averaged with none but their like', () => {
    const groups = groupRuns(runs).filter(({ method }) => method === 'str');
    expect(groups.map(({ requested, finished }) => [requested, finished.length])).toEqual([
      [0.95, 1],
      ['multiplyAdds 0.1', 2],
      ['multiplyAdds 0.05', 2],
    ]);
    expect(casesBySparsity(runs).map(({ suffix, groups: { length } }) => [suffix, length])).toEqual([
      ['-free', 1],
      ['-95', 1],
      ['-multiply-adds-10', 1],
      ['-multiply-adds-5', 1],
    ]);
  });

  it('show what was asked and reached in columns of their own, which other tables lack', () => {
    const { columns, rows } = comparisonTable(runs);
    const shown = columns.filter(({ key }) => key.startsWith('requested') || key.startsWith('reached'));
    expect(shown.map(({ label }) => label)).toEqual(['Requested sparsity', 'Requested multiply-adds', 'Reached multiply-adds']);
    const none = { value: null, runs: [] };
    expect(rows.map(({ cells }) => shown.map((column) => cellText(column, cells[column.key] ?? none)))).toEqual(
      expect.arrayContaining([
        ['95.00', '–', '–'],
        ['–', '10.00', '9.99'],
        ['–', '5.00', '5.00'],
      ]),
    );
    expect(comparisonTable(runs.slice(0, 1)).columns.map(({ label }) => label)).not.toContain('Requested multiply-adds');
  });
});
