import type { FinishedResult, Study } from '@espalier/core/results';
import { describe, expect, it } from 'vitest';
import { pivotHeatmaps } from './figures/pivot-heatmap.ts';
import { result, withRealId } from './fixtures.ts';
import { overviewTables } from './study-tables.ts';
import { sharesOfVariation, withoutSwapped } from './swap-matrix.ts';
import type { Table } from './table.ts';

/** Accuracies of two methods in percent: as they are, under either selection, and shuffled. */
const CELLS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  a: { own: 91, a: 90, b: 94, shuffled: 80 },
  b: { own: 96, a: 92, b: 98, shuffled: 85 },
};

function swapped(seeds = [0, 1]): { readonly study: Study; readonly results: readonly FinishedResult[] } {
  const runs = Object.entries(CELLS).flatMap(([budget, row]) =>
    Object.entries(row).flatMap(([selection, accuracy]) =>
      seeds.map((seed) => {
        const pruner = { use: selection === 'own' ? budget : `${selection}-on-${budget}`, sparsity: 0.9 };
        return {
          at: { 'budget of': budget, 'selection by': selection },
          run: withRealId(result({ pruner, requested: 0.9, seed, accuracy: (accuracy + seed) / 100 })),
        };
      }),
    ),
  );
  const study: Study = {
    format: 1,
    name: 'ab',
    command: 'espalier swap -p a,b',
    mode: 'grid',
    axes: [
      { name: 'budget of', values: ['a', 'b'], base: 'a' },
      { name: 'selection by', values: ['own', 'a', 'b', 'shuffled'], base: 'own' },
    ],
    swap: { selectionOf: { a: 'a', b: 'b' }, controls: ['shuffled'], leftOut: [{ control: 'small-dense', reason: 'there is none' }] },
    runs: runs.map(({ at, run: { id, spec, requested } }) => ({ id, spec, requested, at })),
  };
  return { study, results: runs.map(({ run }) => run) };
}
const tablesOf = (study: Study, results: readonly FinishedResult[]): Table[] => overviewTables(study, results).map(({ table }) => table);
const points = (table: Table | undefined, key: string) =>
  table?.rows.map(({ cells }) => Number((100 * Number(cells[key]?.value)).toFixed(6)));
const notes = (table: Table | undefined) => table?.footnotes.map(({ text }) => text).join('\n');

describe('the tables of a swap', () => {
  const { study, results } = swapped();
  const [matrix, effects, leads, controls] = tablesOf(study, results);

  it('are the matrix, the effects, the differences and the controls, by sparsity', () => {
    expect(overviewTables(study, results).map(({ name }) => name)).toEqual([
      'ab-pivot-90',
      'ab-effects-90',
      'ab-leads-90',
      'ab-controls-90',
    ]);
    expect(matrix?.columns.map(({ label }) => label)).toEqual(['budget of / selection by', 'own (base)', 'a', 'b']);
  });

  it('have the means of rows and columns, and how far they are from that of all', () => {
    // seed 0: rows 92 and 95, columns 91 and 96, all 93.5; seed 1 has 1 more everywhere
    expect(points(effects, 'accuracy')).toEqual([92.5, 95.5, 91.5, 96.5]);
    expect(points(effects, 'effect')).toEqual([-1.5, 1.5, -2.5, 2.5]);
    expect(effects?.rows[0]?.cells.effect).toMatchObject({ n: 2, interval: [expect.closeTo(-0.015, 10), expect.closeTo(-0.015, 10)] });
    // squares: budgets 4·1.5² = 9, selections 4·2.5² = 25, all 3.5² + 0.5² + 1.5² + 4.5² = 35
    expect(notes(effects)).toContain('the budget explains 26 %, the selection 71 %, and 3 % is neither’s alone');
  });

  it('take the difference of two methods apart, the parts adding up', () => {
    // allocation ½·[(92 − 90) + (98 − 94)] = 3, selection ½·[(94 − 90) + (98 − 92)] = 5, and 96 − 91 = 5, so −3 is left
    expect(['accuracyDelta', 'allocation', 'selection', 'fixing'].map((key) => points(leads, key))).toEqual([[5], [3], [5], [-3]]);
  });

  it('compare each control with its method, and say what is left out', () => {
    expect(controls?.rows.map(({ cells }) => [cells.method?.value, cells.control?.value])).toEqual([
      ['a', 'own'],
      ['a', 'shuffled'],
      ['b', 'own'],
      ['b', 'shuffled'],
    ]);
    expect(points(controls, 'accuracyDelta')).toEqual([0, -11, 0, -11]);
    expect(notes(controls)).toContain('small-dense is left out: there is none.');
  });

  it('average over the seeds that have every cell, and name what is not there', () => {
    const lost = study.runs.find(({ at, spec }) => at['budget of'] === 'b' && at['selection by'] === 'own' && spec.seed === 1);
    const cell = study.runs.find(({ at, spec }) => at['budget of'] === 'b' && at['selection by'] === 'a' && spec.seed === 1);
    const there = results.filter(({ id }) => id !== lost?.id && id !== cell?.id);
    const [grid, means] = tablesOf(study, there);
    expect(points(means, 'accuracy')).toEqual([92, 95, 91, 96]);
    expect(notes(means)).toContain('From seed 0, which has every cell');
    expect(notes(grid)).toContain('No budget of b (seed 1) is known');
    expect(notes(grid)).toContain(`Missing: b × own at 90 %, seed 1 (${lost?.id})`);
  });
});

describe('what is drawn and compared of a swap', () => {
  const { study, results } = swapped();

  it('is the matrix without the controls', () => {
    const [figure] = pivotHeatmaps(study, results);
    expect(figure?.rows).toHaveLength(6);
  });

  it('is each method as it is', () => {
    expect([...new Set(withoutSwapped(results, [study]).map(({ pruner }) => pruner))]).toEqual(['a', 'b']);
  });
});

describe('sharesOfVariation', () => {
  it('is all of one where only that varies, and nothing where nothing does', () => {
    expect(
      sharesOfVariation([
        [1, 1],
        [2, 2],
      ]),
    ).toEqual({ allocation: 1, selection: 0, interaction: 0 });
    expect(
      sharesOfVariation([
        [1, 2],
        [1, 2],
      ]),
    ).toEqual({ allocation: 0, selection: 1, interaction: 0 });
    expect(
      sharesOfVariation([
        [1, 1],
        [1, 1],
      ]),
    ).toBeUndefined();
  });
});
