import type { RunResult, Study } from '@espalier/core/results';
import { type Asked, askedPhrase, askedSlug } from './asked.ts';
import { bestNotes, bestOf } from './best.ts';
import { axisTwice, axisUnknown } from './errors.ts';
import { slug } from './format.ts';
import { ACCURACY, statisticsNotes } from './measures.ts';
import { accuracyCell, contestantOf, problemsOf, reachedNotes, sliceNotes } from './study-cells.ts';
import { pointAt, type StudyPoint, type StudySlice, slicesOf, sparsitiesOf } from './study-points.ts';
import type { StudyTable } from './study-tables.ts';
import type { Cell, Column, Row, Table } from './table.ts';

export interface PivotOptions {
  /** Axes of the study. */
  readonly rows: string;
  readonly columns: string;
  /** Only this requested sparsity. Default: a table for each. */
  readonly sparsity?: number;
}

/**
 * Test accuracy by two axes of a study: mean ± sample deviation over the seeds. One table per model, data set, requested sparsity, and
 * combination of the other axes' values.
 *
 * What the study asked for and is not there is shown: "failed", "missing", or "(2 of 3)", with a footnote. Bold is the best of its
 * column by `bestOf`.
 *
 * Throws `E_AXIS` for an axis that the study doesn't have.
 */
export function pivotTables(study: Study, results: readonly RunResult[], { rows, columns, sparsity }: PivotOptions): StudyTable[] {
  for (const axis of [rows, columns]) {
    const known = study.axes.map(({ name }) => name);
    if (!known.includes(axis)) throw axisUnknown(study.name, axis, known);
  }
  if (rows === columns) throw axisTwice(study.name, rows);
  const others = study.axes.filter(({ name }) => name !== rows && name !== columns);
  return slicesOf(study, results).flatMap((slice) =>
    sparsitiesOf(slice.points)
      .filter((requested) => sparsity === undefined || requested === sparsity)
      .flatMap((requested) =>
        combinations(others).flatMap((fixed) => {
          const points = slice.points.filter(
            (point) => point.requested === requested && Object.entries(fixed).every(([axis, label]) => point.at[axis] === label),
          );
          if (!points.length) return [];
          const suffix = [askedSlug(requested), ...Object.values(fixed)].map((text) => `-${slug(text)}`).join('');
          return [
            {
              name: `${study.name}-pivot${slice.suffix}${suffix}`,
              table: pivot(study, slice, points, { rows, columns, requested, fixed }),
            },
          ];
        }),
      ),
  );
}

// --- helpers ---

interface Pivot {
  readonly rows: string;
  readonly columns: string;
  readonly requested: Asked;
  readonly fixed: Readonly<Record<string, string>>;
}

function pivot(study: Study, slice: StudySlice, points: readonly StudyPoint[], { rows, columns, requested, fixed }: Pivot): Table {
  const problems = problemsOf(study, points);
  const rowLabels = labelsOf(study, rows, points);
  const columnLabels = labelsOf(study, columns, points);
  const find = (row: string, column: string) => pointAt(points, { [rows]: row, [columns]: column }, requested);
  const contests = columnLabels.map((column) => rowLabels.flatMap((row) => find(row, column) ?? []).map(contestantOf));
  const best = new Set(contests.map((contest) => bestOf(contest, 'higher')?.point));
  const { unit: _, ...accuracy } = ACCURACY; // the caption has it
  const valueColumns = columnLabels.map(
    (label): Column => ({
      ...accuracy,
      key: `${columns}: ${label}`,
      label: withBase(study, columns, label),
      counted: true,
    }),
  );
  const table = rowLabels.map((row): Row => {
    const cells = valueColumns.map((column, index): [string, Cell] => {
      const point = find(row, columnLabels[index] as string);
      return [column.key, { ...accuracyCell(point, column, problems), ...(point && best.has(point) && { best: true }) }];
    });
    const runs = points
      .filter(({ at }) => at[rows] === row)
      .flatMap(({ finished, failed }) => [...finished, ...failed].map(({ id }) => id));
    return { cells: { [rows]: { value: row, text: withBase(study, rows, row), runs }, ...Object.fromEntries(cells) } };
  });
  const all = table.flatMap((row) => Object.values(row.cells));
  const at = askedPhrase(requested);
  const held = Object.entries(fixed).map(([axis, label]) => `, ${axis} ${label}`);
  return {
    caption: `Test accuracy (%) by ${rows} and ${columns}${at}${held.join('')}: ${slice.terms}`,
    columns: [{ key: rows, label: `${rows} / ${columns}`, format: 'text', align: 'left', identifies: true }, ...valueColumns],
    rows: table,
    footnotes: [
      ...reachedNotes(points),
      ...sliceNotes(slice),
      ...statisticsNotes(all, undefined),
      ...bestNotes(
        contests,
        all.some((cell) => cell.best),
        'of its column',
      ),
      ...problems.notes,
    ],
  };
}

/** The labels of an axis that the points have, in the order of the axis. */
const labelsOf = ({ axes }: Study, name: string, points: readonly StudyPoint[]): string[] =>
  axes.find((axis) => axis.name === name)?.values.filter((label) => points.some(({ at }) => at[name] === label)) ?? [];

const withBase = ({ axes }: Study, name: string, label: string): string =>
  axes.find((axis) => axis.name === name)?.base === label ? `${label} (base)` : label;

const combinations = (axes: Study['axes']): Record<string, string>[] =>
  axes.reduce<Record<string, string>[]>(
    (some, { name, values }) => some.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
