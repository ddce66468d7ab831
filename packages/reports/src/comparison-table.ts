import type { FinishedResult, RunResult } from '@espalier/core/results';
import { si } from './format.ts';
import { denseLayerNotes, failureNotes } from './notes.ts';
import { groupRuns, isDense, type RunGroup, settingOf } from './run-groups.ts';
import { differenceCells, differenceNotes, differences, sharedTerms } from './settings.ts';
import { mean, sampleDeviation } from './statistics.ts';
import type { Cell, Column, Footnote, Row, Table } from './table.ts';

/**
 * One row per method, requested sparsity and setting (model, data, training, engine); numbers are means over seeds.
 *
 * A failed run is never dropped: it is counted in its row, and a footnote says why it failed. Differences to dense are paired
 * by seed.
 */
export function comparisonTable(results: readonly RunResult[]): Table {
  const groups = groupRuns(results);
  const found = differences(groups);
  const dense = denseRuns(results);
  const failures = failureNotes(groups);
  const rows = groups.map((group): Row => {
    const cells = { ...differenceCells(found, group.setting, idsOf(group)), ...groupCells(group, dense, failures.marks.get(group)) };
    return group.dense ? { cells } : { cells, competition: `${group.setting.key} ${group.requested}` };
  });
  const has = (key: string) => rows.some((row) => row.cells[key] !== undefined && row.cells[key].value !== null);
  const sizes = new Set(groups.flatMap((group) => group.finished.map((run) => run.size)));
  const columns = COLUMNS.filter(({ key }) => key !== 'accuracyDelta' || has(key));
  const denominator = sizes.size === 1 ? `${si([...sizes][0] as number)} prunable weights` : 'prunable weights';
  const terms = sharedTerms(groups);
  return {
    caption: `Pruning methods compared${terms ? `: ${terms}` : ''}`,
    columns: [
      ...found.map(({ column }) => column),
      ...columns.map((column) => (column.key === 'size' && sizes.size === 1 ? { ...column, dataOnly: true } : column)),
    ],
    rows,
    footnotes: [
      ...differenceNotes(found),
      { text: `Sparsity is the share of zeros among the ${denominator}; of the whole model: among all its parameters.` },
      ...denseLayerNotes(groups),
      { text: 'Multiply-adds are those of one forward pass of one example with the nonzero weights.' },
      ...statisticsNotes(rows, has('accuracyDelta')),
      ...failures.notes,
    ],
  };
}

// --- helpers ---

const number = { align: 'right', deviation: 'data' } as const;

const COLUMNS: readonly Column[] = [
  { key: 'method', label: 'Method', format: 'text', align: 'left', identifies: true },
  { key: 'requestedSparsity', label: 'Requested sparsity', unit: '%', format: 'percent', align: 'right', identifies: true },
  { ...number, key: 'sparsity', label: 'Reached sparsity', unit: '%', format: 'percent', deviation: 'shown' },
  { ...number, key: 'wholeSparsity', label: 'Whole-model sparsity', unit: '%', format: 'percent' },
  { ...number, key: 'accuracy', label: 'Test accuracy', unit: '%', format: 'percent', direction: 'higher', deviation: 'shown' },
  { ...number, key: 'accuracyDelta', label: 'Δ to dense', unit: 'pp', format: 'points', direction: 'higher', deviation: 'shown' },
  { ...number, key: 'nonzero', label: 'Nonzero weights', format: 'si' },
  { key: 'size', label: 'Prunable weights', format: 'si', align: 'right' },
  { ...number, key: 'multiplyAdds', label: 'Multiply-adds', format: 'si', direction: 'lower' },
  { ...number, key: 'multiplyAddsFraction', label: '… of dense', unit: '%', format: 'percent', digits: 1 },
  { key: 'seeds', label: 'Seeds', format: 'integer', align: 'right' },
  { key: 'failed', label: 'Failed', format: 'integer', align: 'right', dataOnly: true },
];

const idsOf = ({ finished, failed }: RunGroup): string[] => [...finished, ...failed].map((run) => run.id);

const pairOf = (result: RunResult): string => `${settingOf(result).key} ${result.seed}`;

const denseRuns = (results: readonly RunResult[]): Map<string, FinishedResult> =>
  new Map(results.flatMap((result) => (isDense(result) && result.status === 'finished' ? [[pairOf(result), result]] : [])));

function groupCells(group: RunGroup, dense: ReadonlyMap<string, FinishedResult>, failureMark?: string): Record<string, Cell> {
  const { finished, failed } = group;
  const runs = idsOf(group);
  const statistic = (value: (run: FinishedResult) => number) => meanCell(finished.map((run) => [value(run), [run.id]]));
  const deltas = finished.flatMap((run): Sample[] => {
    const control = dense.get(pairOf(run));
    return control && !group.dense ? [[run.accuracy - control.accuracy, [run.id, control.id]]] : [];
  });
  const accuracy = statistic((run) => run.accuracy);
  return {
    method: { value: group.method, runs },
    requestedSparsity: { value: group.requested, runs },
    sparsity: statistic((run) => run.sparsity),
    wholeSparsity: statistic((run) => run.wholeSparsity),
    accuracy: finished.length ? accuracy : { ...accuracy, text: 'failed' },
    accuracyDelta: meanCell(deltas),
    nonzero: statistic((run) => run.nonzero),
    size: statistic((run) => run.size),
    multiplyAdds: statistic((run) => run.multiplyAdds),
    multiplyAddsFraction: statistic((run) => (run.denseMultiplyAdds ? run.multiplyAdds / run.denseMultiplyAdds : 1)),
    seeds: {
      value: finished.length,
      runs,
      ...(failureMark && { text: `${finished.length} of ${finished.length + failed.length}`, mark: failureMark }),
    },
    failed: { value: failed.length, runs: failed.map((run) => run.id) },
  };
}

type Sample = readonly [value: number, runs: readonly string[]];

function meanCell(samples: readonly Sample[]): Cell {
  const values = samples.map(([value]) => value);
  const runs = samples.flatMap(([, ids]) => ids);
  if (!values.length) return { value: null, runs };
  const deviation = sampleDeviation(values);
  return { value: mean(values), n: values.length, runs, ...(deviation !== undefined && { deviation }) };
}

function statisticsNotes(rows: readonly Row[], hasDelta: boolean): Footnote[] {
  const cells = rows.flatMap((row) => Object.values(row.cells));
  const unpaired = rows.some(({ cells }) => cells.accuracyDelta?.n && cells.accuracyDelta.n < (cells.accuracy?.n ?? 0));
  return [
    ...(hasDelta
      ? [{ text: `Δ to dense is paired by seed, in percentage points${unpaired ? '; seeds without a dense run are left out of it' : ''}.` }]
      : []),
    ...(cells.some((cell) => (cell.n ?? 0) > 1)
      ? [{ text: 'Means over the seeds; ± is the sample standard deviation, left out where it is zero.' }]
      : []),
  ];
}
