import { describe, expect, it } from 'vitest';
import { type PlanReport, planLayersTable, planTable } from './plan-table.ts';

const layers = [
  { name: 'conv', size: 100, nonzero: 50, sparsity: 0.5 },
  { name: 'fc', size: 300, nonzero: 30, sparsity: 0.9 },
];
const costs = { multiplyAdds: 80, denseMultiplyAdds: 400, trainingMultiplyAdds: 1000, denseTrainingMultiplyAdds: 2000 };
const update = { step: 5, epoch: 1, sparsity: 0.8, nonzero: 80 };
const gmp: PlanReport = { method: 'gmp', seeds: 2, totalSteps: 10, layers, ...costs, calendar: { dynamic: false, updates: [update] } };
const dense: PlanReport = { ...gmp, method: 'dense', calendar: { dynamic: false, updates: [] } };
/** Can't tell what it will leave. */
const { calendar: _, ...dst }: PlanReport = { ...gmp, method: 'dst' };

describe('the layers of a plan', () => {
  it('have a column for each method that can tell what it will leave of them', () => {
    const table = planLayersTable([dense, dst, gmp]);
    expect(table?.columns.map(({ label }) => label)).toEqual(['Layer', 'Weights', 'gmp']);
    expect(table?.rows.map(({ cells }) => Object.values(cells).map(({ value }) => value))).toEqual([
      ['conv', 100, 0.5],
      ['fc', 300, 0.9],
    ]);
  });

  it('have no table where no method can tell', () => {
    expect(planLayersTable([dense, dst])).toBeUndefined();
    expect(planLayersTable([])).toBeUndefined();
  });
});

describe('the table of a plan', () => {
  it('leaves open what a method can not tell, and says so', () => {
    const { rows, footnotes } = planTable([gmp, dst], 'test');
    expect(rows.map(({ cells }) => [cells.sparsity?.value, cells.nonzero?.value, cells.updates?.value])).toEqual([
      [0.8, 80, 1],
      [null, null, null],
    ]);
    expect(footnotes.map(({ text }) => text).join(' ')).toContain('can’t tell beforehand');
    expect(
      planTable([gmp], 'test')
        .footnotes.map(({ text }) => text)
        .join(' '),
    ).not.toContain('can’t tell beforehand');
  });
});
