import type { CopiedResults, RunResult } from '@espalier/core/results';
import { bestNotes, bestOf, type Contestant } from './best.ts';
import { copiedRows } from './copied.ts';
import { referenceUnknown } from './errors.ts';
import {
  ACCURACY,
  differenceColumn,
  MULTIPLY_ADDS,
  measureCells,
  measureColumns,
  measureNotes,
  requestedCells,
  requestedColumns,
  requestedNotes,
  statisticsNotes,
} from './measures.ts';
import { denseLayerNotes, failureNotes } from './notes.ts';
import { groupBy, groupRuns, labelNamed, type RunGroup } from './run-groups.ts';
import { differenceCell, samplesOf } from './samples.ts';
import { differenceCells, differenceNotes, differences, sharedTerms } from './settings.ts';
import { type Cell, type Column, cellText, type Row, type Table } from './table.ts';

export interface ComparisonOptions {
  /** The method that every other one is compared with, as its row names it. Default: the dense control. */
  readonly reference?: string;
  /** What others published: rows of their own below those of the runs, marked, in no mean, difference or contest. */
  readonly copied?: readonly CopiedResults[];
}

/**
 * One row per method, requested sparsity and setting (model, data, training, engine, pruned kernels); numbers are means over seeds.
 *
 * A failed run is never dropped: it is counted in its row, and a footnote says why it failed. Differences to the reference are paired
 * by seed, on the same terms and at the same requested sparsity (or with the reference's only row, if no sparsity was asked of it).
 * What is bold is the best by `bestOf`, among the methods of one setting and requested sparsity.
 *
 * Throws `E_REFERENCE` for a reference that is no method of these results.
 */
export function comparisonTable(results: readonly RunResult[], { reference: named, copied = [] }: ComparisonOptions = {}): Table {
  const groups = groupRuns(results);
  const reference = named === undefined || groups.some(({ method }) => method === named) ? named : labelNamed(named);
  const found = differences(groups);
  const failures = failureNotes(groups);
  const finished = groups.flatMap((group) => group.finished);
  const isReference = (group: RunGroup) => (reference === undefined ? group.dense : group.method === reference);
  const referenceName = groups.find(isReference)?.method ?? reference;
  if (reference !== undefined && !groups.some(isReference))
    throw referenceUnknown(reference, [...new Set(groups.map(({ method }) => method))]);

  const cells = new Map(
    groups.map((group): [RunGroup, Record<string, Cell>] => {
      const partner = groups.find((other) => isReference(other) && isComparable(other, group));
      return [group, groupCells(group, partner === group ? undefined : partner, failures.marks.get(group))];
    }),
  );
  const contests = [...groupBy(groups.filter(competes), ({ setting, requested }) => `${setting.key} ${requested}`).values()];
  const accuracies = contests.map((contest) => contest.map((group) => contestant(group, ACCURACY, cells)));
  const costs = contests.map((contest) => contest.map((group) => contestant(group, MULTIPLY_ADDS, cells)));
  const best = new Map([
    [ACCURACY.key, new Set(accuracies.map((contest) => bestOf(contest, 'higher')?.group))],
    [MULTIPLY_ADDS.key, new Set(costs.map((contest) => bestOf(contest, 'lower')?.group))],
  ]);
  const rows = groups.map((group): Row => {
    const own = Object.entries(cells.get(group) ?? {}).map(([key, cell]) => [
      key,
      best.get(key)?.has(group) ? { ...cell, best: true } : cell,
    ]);
    return { cells: { ...differenceCells(found, group.setting, idsOf(group)), ...Object.fromEntries(own) } };
  });
  const published = copiedRows(copied, groups, failures.notes.length);
  const all = rows.flatMap((row) => Object.values(row.cells));
  const compared = rows.some((row) => typeof row.cells.accuracyDelta?.value === 'number') ? referenceName : undefined;
  const terms = sharedTerms(groups);
  return {
    caption: `Pruning methods compared${terms ? `: ${terms}` : ''}`,
    columns: [
      ...found.map(({ column }) => column),
      METHOD,
      ...requestedColumns(groups),
      ...measureColumns(finished, compared === undefined ? undefined : differenceColumn(compared)),
      SEEDS,
      FAILED,
    ],
    rows: [...rows, ...published.rows],
    footnotes: [
      ...differenceNotes(found),
      ...measureNotes(finished),
      ...requestedNotes(groups),
      ...denseLayerNotes(groups),
      ...statisticsNotes(all, compared),
      ...unpairedNotes(rows, compared),
      ...bestNotes(
        [...accuracies, ...costs],
        all.some((cell) => cell.best),
        requestedNotes(groups).length
          ? 'among the methods of which the same was asked'
          : 'among the methods at the same requested sparsity',
      ),
      ...failures.notes,
      ...published.notes,
    ],
  };
}

// --- helpers ---

const METHOD: Column = { key: 'method', label: 'Method', format: 'text', align: 'left', identifies: true };
const SEEDS: Column = { key: 'seeds', label: 'Seeds', format: 'integer', align: 'right' };
const FAILED: Column = { key: 'failed', label: 'Failed', format: 'integer', align: 'right', dataOnly: true };

const idsOf = ({ finished, failed }: RunGroup): string[] => [...finished, ...failed].map((run) => run.id);

const isComparable = (reference: RunGroup, { setting, requested }: RunGroup): boolean =>
  reference.setting.key === setting.key && (reference.requested === null || reference.requested === requested);

/** Without a requested sparsity methods end up wherever they like, so their rows don't compete. */
const competes = (group: RunGroup): boolean => !group.dense && group.requested !== null;

const contestant = (
  group: RunGroup,
  column: Column,
  cells: ReadonlyMap<RunGroup, Record<string, Cell>>,
): Contestant & { group: RunGroup } => ({
  group,
  complete: !group.failed.length,
  samples: samplesOf(group.finished, (run) => (column === ACCURACY ? run.accuracy : run.multiplyAdds)),
  text: cellText({ ...column, deviation: 'data' }, cells.get(group)?.[column.key] ?? { value: null, runs: [] }),
});

function groupCells(group: RunGroup, reference: RunGroup | undefined, failureMark?: string): Record<string, Cell> {
  const { finished, failed } = group;
  const runs = idsOf(group);
  const { accuracy = { value: null, runs }, ...measured } = measureCells(finished);
  const accuracies = samplesOf(finished, (run) => run.accuracy);
  return {
    method: { value: group.method, runs },
    ...requestedCells(group.requested, finished, runs),
    ...measured,
    accuracy: finished.length ? accuracy : { ...accuracy, text: 'failed' },
    accuracyDelta: differenceCell(accuracies, reference ? samplesOf(reference.finished, (run) => run.accuracy) : []),
    seeds: {
      value: finished.length,
      runs,
      ...(failureMark && { text: `${finished.length} of ${finished.length + failed.length}`, mark: failureMark }),
    },
    failed: { value: failed.length, runs: failed.map((run) => run.id) },
  };
}

function unpairedNotes(rows: readonly Row[], reference: string | undefined) {
  const unpaired = rows.some(({ cells }) => cells.accuracyDelta?.n && cells.accuracyDelta.n < (cells.accuracy?.n ?? 0));
  return unpaired ? [{ text: `Seeds without a run of ${reference} are left out of Δ.` }] : [];
}
