import type { FinishedResult, RunResult, Study } from '@espalier/core/results';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { axesTables } from './axes-table.ts';
import { ablation, failure, result, withRealId } from './fixtures.ts';
import { pivotTables } from './pivot-table.ts';
import { pointsTables } from './points-table.ts';
import { renderCsv } from './render/csv.ts';
import { renderTerminal } from './render/terminal.ts';
import { resultsOfStudy } from './study-points.ts';
import { studyTables } from './study-tables.ts';
import { runsOf, type Table } from './table.ts';

const AXES = { rows: 'g', columns: 'estimator' };
const BY_G: Readonly<Record<string, number>> = { sigmoid: 0.98, exp: 0.985, identity: 0.978 };
/** Differences to sigmoid of 0.004, 0.005 and 0.006 for exp; the two estimators alike. */
const accuracy = ({ g }: { readonly g: string }, seed: number) => (BY_G[g] as number) + (g === 'exp' ? 0.001 * (seed - 1) : 0);

const only = (tables: readonly { readonly table: Table }[]): Table => {
  expect(tables).toHaveLength(1);
  return tables[0]?.table as Table;
};
const notes = ({ footnotes }: Table): string[] => footnotes.map(({ mark, text }) => (mark ? `${mark}: ${text}` : text));
const at = (study: Study, results: readonly FinishedResult[], g: string, estimator: string, seed: number): FinishedResult => {
  const id = study.runs.find((run) => run.at.g === g && run.at.estimator === estimator && run.spec.seed === seed)?.id;
  return results.find((run) => run.id === id) as FinishedResult;
};
const failed = (run: FinishedResult): RunResult => ({
  ...failure(),
  id: run.id,
  spec: run.spec,
  pruner: run.pruner,
  seed: run.seed,
  requested: run.requested,
});
const without = (results: readonly RunResult[], ...gone: readonly RunResult[]) => results.filter((run) => !gone.includes(run));

describe('pivotTables', () => {
  it('has mean and deviation over the seeds by two axes, the base named, the best of a column marked', () => {
    const { study, results } = ablation({ accuracy });
    const table = only(pivotTables(study, results, AXES));
    expect(table.caption).toBe(
      'Test accuracy (%) by g and estimator at 90 % requested sparsity: lenet5 on mnist, 10 epochs, seeds 0, 1 and 2',
    );
    expect(table.columns.map(({ label }) => label)).toEqual(['g / estimator', 'subgradient (base)', 'straight-through']);
    expect(table.rows.map((row) => [row.cells.g?.value, row.cells.g?.text])).toEqual([
      ['sigmoid', 'sigmoid (base)'],
      ['exp', 'exp'],
      ['identity', 'identity'],
    ]);
    const cell = table.rows[1]?.cells['estimator: subgradient'];
    expect(cell).toMatchObject({ value: expect.closeTo(0.985, 12), deviation: expect.closeTo(0.001, 12), n: 3, best: true });
    expect(cell?.runs).toEqual([0, 1, 2].map((seed) => at(study, results, 'exp', 'subgradient', seed).id));
    expect(table.rows[0]?.cells['estimator: subgradient']?.best).toBeUndefined();
    expect(new Set(runsOf(table))).toEqual(new Set(results.map(({ id }) => id)));
  });

  it('shows runs that failed or are missing, in each format', () => {
    const { study, results } = ablation({ accuracy });
    const lost = at(study, results, 'exp', 'subgradient', 1);
    const diverged = at(study, results, 'sigmoid', 'straight-through', 2);
    const gone = [0, 1, 2].map((seed) => at(study, results, 'identity', 'straight-through', seed));
    const hopeless = [0, 1, 2].map((seed) => at(study, results, 'identity', 'subgradient', seed));
    const there = [...without(results, lost, diverged, ...gone, ...hopeless), failed(diverged), ...hopeless.map(failed)];
    const table = only(pivotTables(study, there, AXES));
    const texts = table.rows.map((row) => ['subgradient', 'straight-through'].map((label) => row.cells[`estimator: ${label}`]));
    expect(texts.map((row) => row.map((cell) => [cell?.text, cell?.mark]))).toEqual([
      [
        [undefined, undefined],
        ['98.00 (2 of 3)', 'a'],
      ],
      [
        ['98.50 ± 0.14 (2 of 3)', 'c'],
        [undefined, undefined],
      ],
      [
        ['failed', 'b'],
        ['missing', 'c'],
      ],
    ]);
    expect(texts[2]?.[1]).toMatchObject({ value: null, missing: gone.map(({ id }) => id), runs: [] });
    expect(notes(table).slice(-3)).toEqual([
      'a: sigmoid × straight-through at 90 %: seed 2 failed at step 120 in conv2: The loss is not finite [E_NOT_FINITE]',
      'b: identity × subgradient at 90 %: seeds 0, 1 and 2 failed at step 120 in conv2: The loss is not finite [E_NOT_FINITE]',
      `c: Missing: exp × subgradient at 90 %, seed 1 (${lost.id}); identity × straight-through at 90 %, seeds 0, 1 and 2 (${gone
        .map(({ id }) => id)
        .join(', ')}). “${study.command}” trains what is missing, and nothing else.`,
    ]);
    expect(table.rows[1]?.cells['estimator: subgradient']?.best).toBeUndefined();
    expect(renderTerminal(table)).toContain('missing [c]');
    expect(renderCsv(table)).toMatch(/^identity,,,0,,,0,/m);
  });

  it('shows a study of which nothing has been trained', () => {
    const { study } = ablation();
    const table = only(pivotTables(study, [], AXES));
    expect(table.rows.flatMap((row) => Object.values(row.cells).map(({ text }) => text)).filter((text) => text === 'missing')).toHaveLength(
      6,
    );
    expect(table.caption).toContain('seeds 0, 1 and 2');
  });

  it('makes a table per sparsity, or one of them', () => {
    const { study, results } = ablation({ sparsities: [0.98, 0.9] });
    expect(pivotTables(study, results, AXES).map(({ name }) => name)).toEqual(['str-g-estimator-pivot-90', 'str-g-estimator-pivot-98']);
    expect(pivotTables(study, results, { ...AXES, sparsity: 0.98 }).map(({ name }) => name)).toEqual(['str-g-estimator-pivot-98']);
  });

  it('never puts runs on other terms into one cell', () => {
    const { study, results } = ablation({ accuracy });
    const others = results.map((run) => withRealId({ ...run, spec: { ...run.spec, training: { epochs: 5 } }, accuracy: 0.5, epochs: 5 }));
    const models = results.map((run) => withRealId({ ...run, spec: { ...run.spec, model: { use: 'resnet20' } } }));
    const runs = [
      ...study.runs,
      ...[...others, ...models].map(({ id, spec, requested }, index) => ({ id, spec, requested, at: study.runs[index % 18]?.at ?? {} })),
    ];
    const tables = pivotTables({ ...study, runs }, [...results, ...others, ...models], AXES);
    expect(tables.map(({ name }) => name)).toEqual([
      'str-g-estimator-pivot-lenet5-epochs-default-90',
      'str-g-estimator-pivot-lenet5-epochs-5-90',
      'str-g-estimator-pivot-resnet20-epochs-default-90',
    ]);
    expect(tables.map(({ table }) => table.rows[0]?.cells['estimator: subgradient']?.value)).toEqual([0.98, 0.5, 0.98]);
  });

  it('says so where an axis varies the terms', () => {
    const { study, results } = ablation();
    const trained = results.map((run, index) =>
      withRealId({ ...run, spec: { ...run.spec, training: { epochs: index % 6 < 3 ? 5 : 10 } } }),
    );
    const runs = study.runs.map((run, index) => ({ ...run, id: trained[index]?.id ?? '', spec: trained[index]?.spec ?? run.spec }));
    expect(notes(only(pivotTables({ ...study, runs }, trained, AXES)))).toContain('The runs differ in training, as an axis has it.');
  });

  it('makes a table for each combination of the other axes', () => {
    const { study, results } = ablation();
    const axes = [...study.axes, { name: 'operator', values: ['soft', 'hard'], base: 'soft' }];
    const runs = study.runs.map((run) => ({ ...run, at: { ...run.at, operator: 'hard' } }));
    const [table, ...rest] = pivotTables({ ...study, axes, runs }, results, AXES);
    expect(rest).toEqual([]);
    expect(table?.name).toBe('str-g-estimator-pivot-90-hard');
    expect(table?.table.caption).toContain(', operator hard:');
  });

  it('refuses axes that the study does not have', () => {
    const { study } = ablation();
    expect(() => pivotTables(study, [], { rows: 'g', columns: 'operator' })).toThrow(expect.objectContaining({ code: 'E_AXIS' }));
    expect(() => pivotTables(study, [], { rows: 'g', columns: 'g' })).toThrow(expect.objectContaining({ code: 'E_AXIS' }));
  });
});

describe('axesTables', () => {
  const { study, results } = ablation({ mode: 'one-at-a-time', sparsities: [0.9, 0.98], accuracy });

  it('has a row per value of each axis and the difference to the base for each sparsity', () => {
    const table = only(axesTables(study, results));
    expect(table.rows.map((row) => [row.cells.axis?.value, row.cells.value?.text ?? row.cells.value?.value])).toEqual([
      ['g', 'sigmoid (base)'],
      ['g', 'exp'],
      ['g', 'identity'],
      ['estimator', 'subgradient (base)'],
      ['estimator', 'straight-through'],
    ]);
    expect(table.columns.map(({ label }) => label).slice(2)).toEqual(
      ['90', '98'].flatMap((percent) => [`At ${percent} %: accuracy`, `At ${percent} %: Δ to base`]),
    );
    // differences 0.004, 0.005, 0.006: 0.005 ± 4.30265 · 0.001 / √3 = 0.005 ± 0.0024841
    expect(table.rows[1]?.cells['accuracyDelta at 98']).toMatchObject({
      value: expect.closeTo(0.005, 12),
      interval: [expect.closeTo(0.0025159, 6), expect.closeTo(0.0074841, 6)],
      n: 3,
    });
    expect(table.rows[0]?.cells['accuracyDelta at 90']?.value).toBeNull();
    expect(table.rows.map((row) => row.cells['accuracy at 90']?.best ?? false)).toEqual([false, true, false, false, false]);
  });

  it('compares with another value of an axis where it is asked to', () => {
    const table = only(axesTables(study, results, { reference: 'exp' }));
    expect(table.rows[0]?.cells['accuracyDelta at 90']?.value).toBeCloseTo(-0.005, 12);
    expect(table.rows[1]?.cells.value?.text).toBe('exp (reference)');
    expect(table.rows[4]?.cells['accuracyDelta at 90']?.value).toBe(0);
    expect(notes(table)).toContain('Reference: g exp; elsewhere the base.');
    expect(() => axesTables(study, results, { reference: 'sign(' })).toThrow(expect.objectContaining({ code: 'E_REFERENCE' }));
  });

  it('names what is missing by what differs from the base', () => {
    const lost = at(study, results, 'exp', 'subgradient', 0);
    const base = at(study, results, 'sigmoid', 'subgradient', 0);
    expect(notes(only(axesTables(study, without(results, lost, base)))).at(-1)).toMatch(
      /^a: Missing: the base at 90 %, seed 0 .*; g exp at 90 %, seed 0 /,
    );
  });
});

describe('pointsTables', () => {
  it('has sizes, cost and the difference to the base for each point, and the control beside them', () => {
    const { study, results } = ablation({ accuracy });
    const dense = [0, 1].map((seed) => result({ seed, accuracy: 0.99 }));
    const lost = at(study, results, 'exp', 'subgradient', 1);
    const table = only(pointsTables(study, [...without(results, lost), ...dense, result({ seed: 0, data: 'cifar10' })]));
    expect(table.rows).toHaveLength(6);
    expect(table.rows[2]?.cells).toMatchObject({
      g: { value: 'exp' },
      requestedSparsity: { value: 0.9 },
      sparsity: { value: 0.9 },
      accuracyDelta: { value: expect.closeTo(0.005, 12), n: 2 },
      multiplyAdds: { value: 229_300 },
      parameters: { value: 431_080 },
      seeds: { value: 2, text: '2 of 3', mark: 'a' },
      missing: { value: 1 },
    });
    expect(notes(table)).toContain('Dense, on the same terms: 99.00 %, seeds 0 and 1.');
    expect(runsOf(table)).toEqual(expect.arrayContaining(dense.map(({ id }) => id)));
  });
});

describe('studyTables', () => {
  it('has pivots for a grid and rows per value otherwise, then all points', () => {
    const grid = ablation();
    const single = ablation({ mode: 'one-at-a-time' });
    const names = ({ study, results }: typeof grid) => studyTables(study, results).map(({ name }) => name);
    expect(names(grid)).toEqual(['str-g-estimator-pivot-90', 'str-g-estimator-points']);
    expect(names(single)).toEqual(['str-g-estimator-axes', 'str-g-estimator-points']);
    const axes = grid.study.axes.slice(0, 1);
    expect(names({ ...grid, study: { ...grid.study, axes } })).toEqual(['str-g-estimator-axes', 'str-g-estimator-points']);
  });

  it('does not depend on the order of the results', () => {
    const { study, results } = ablation({ accuracy });
    fc.assert(
      fc.property(fc.shuffledSubarray(results), (some) => {
        const inOrder = results.filter((run) => some.includes(run));
        expect(studyTables(study, some)).toEqual(studyTables(study, inOrder));
      }),
      { numRuns: 20 },
    );
  });

  it('rests on the runs of the study and dense ones on equal terms', () => {
    const { study, results } = ablation();
    const dense = result({ seed: 0 });
    const others = [result({ pruner: { use: 'gmp' } }), result({ training: { epochs: 5 } })];
    expect(resultsOfStudy(study, [...results, dense, ...others])).toEqual([...results, dense]);
  });
});
