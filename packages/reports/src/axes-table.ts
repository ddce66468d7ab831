import type { RunResult, Study } from '@espalier/core/results';
import { type Asked, askedSlug, askedText } from './asked.ts';
import { bestNotes, bestOf } from './best.ts';
import { ACCURACY, differenceColumn, statisticsNotes } from './measures.ts';
import { accuracyCell, accuracyDifference, contestantOf, problemsOf, reachedNotes, referenceNotes, sliceNotes } from './study-cells.ts';
import { baseOf, pointAt, referenceOf, type StudyPoint, type StudySlice, slicesOf, sparsitiesOf } from './study-points.ts';
import type { StudyTable } from './study-tables.ts';
import type { Cell, Column, Row, Table } from './table.ts';

export interface AxesOptions {
  /** The value of an axis that the others on it are compared with. Default: the base's. */
  readonly reference?: string;
}

/**
 * One thing changed at a time: a row per value of each axis, all other axes at their base; for each requested sparsity the test accuracy and
 * its difference to the reference, paired by seed. One table per model and data set.
 *
 * What the study asked for and is not there is shown: "failed", "missing", or "(2 of 3)", with a footnote. Bold is the best value of an
 * axis by `bestOf`.
 *
 * Throws `E_REFERENCE` for a reference that is no value of an axis.
 */
export function axesTables(study: Study, results: readonly RunResult[], { reference }: AxesOptions = {}): StudyTable[] {
  const labels = referenceOf(study, reference);
  return slicesOf(study, results).map((slice) => ({
    name: `${study.name}-axes${slice.suffix}`,
    table: axesTable(study, slice, labels, reference),
  }));
}

// --- helpers ---

function axesTable(study: Study, slice: StudySlice, labels: Readonly<Record<string, string>>, reference: string | undefined): Table {
  const name = reference === undefined ? 'base' : 'reference';
  const base = baseOf(study);
  const sparsities = sparsitiesOf(slice.points);
  const find = (axis: string, value: string, requested: Asked) => pointAt(slice.points, { ...base, [axis]: value }, requested);
  const entries = study.axes.flatMap(({ name, values }) =>
    values.flatMap((value) => {
      const points = sparsities.map((requested) => find(name, value, requested));
      return points.some(Boolean) ? [{ axis: name, value, points }] : [];
    }),
  );
  const shown = [...new Set(entries.flatMap(({ points }) => points.filter((point) => point !== undefined)))];
  const problems = problemsOf(study, shown);
  const contests = study.axes.flatMap(({ name }) =>
    sparsities.map((_, index) =>
      entries
        .filter(({ axis }) => axis === name)
        .flatMap(({ points }) => points[index] ?? [])
        .map(contestantOf),
    ),
  );
  const winners = contests.map((contest) => bestOf(contest, 'higher')?.point);
  const isBest = (axis: string, index: number, point: StudyPoint) =>
    winners[study.axes.findIndex(({ name }) => name === axis) * sparsities.length + index] === point;

  const columns = sparsities.map((requested) => columnsOf(requested, sparsities.length > 1, name));
  const rows = entries.map(({ axis, value, points }): Row => {
    const results = columns.flatMap(([accuracy, difference], index): [string, Cell][] => {
      const point = points[index];
      const compared = find(axis, labels[axis] as string, sparsities[index] as Asked);
      return [
        [accuracy.key, { ...accuracyCell(point, accuracy, problems), ...(point && isBest(axis, index, point) && { best: true }) }],
        [difference.key, accuracyDifference(point, compared)],
      ];
    });
    const runs = results.flatMap(([, cell]) => cell.runs);
    const text = value === labels[axis] ? `${value} (${value === base[axis] ? 'base' : 'reference'})` : value;
    return { cells: { axis: { value: axis, runs }, value: { value, text, runs }, ...Object.fromEntries(results) } };
  });
  const all = rows.flatMap((row) => Object.values(row.cells));
  return {
    caption: `One thing changed at a time: ${slice.terms}`,
    columns: [
      { key: 'axis', label: 'Axis', format: 'text', align: 'left', identifies: true },
      { key: 'value', label: 'Value', format: 'text', align: 'left', identifies: true },
      ...columns.flat(),
    ],
    rows,
    footnotes: [
      ...reachedNotes(shown),
      ...sliceNotes(slice),
      ...statisticsNotes(all, name),
      ...referenceNotes(study, reference),
      ...bestNotes(
        contests,
        all.some((cell) => cell.best),
        'of its axis and column',
      ),
      ...problems.notes,
    ],
  };
}

function columnsOf(requested: Asked, several: boolean, reference: string): [accuracy: Column, difference: Column] {
  const at = askedSlug(requested);
  const prefix = several ? (requested === null ? 'Free: ' : `At ${askedText(requested)}: `) : '';
  const difference = differenceColumn(reference);
  return [
    { ...ACCURACY, key: `accuracy at ${at}`, label: `${prefix}${several ? 'accuracy' : ACCURACY.label}`, counted: true },
    { ...difference, key: `accuracyDelta at ${at}`, label: `${prefix}${difference.label}` },
  ];
}
