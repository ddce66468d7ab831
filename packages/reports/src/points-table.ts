import type { RunResult, Study } from '@espalier/core/results';
import type { AxesOptions } from './axes-table.ts';
import {
  ACCURACY,
  differenceColumn,
  measureCells,
  measureColumns,
  measureNotes,
  requestedCells,
  requestedColumns,
  requestedNotes,
  statisticsNotes,
} from './measures.ts';
import { denseLayerNotes } from './notes.ts';
import { isDense } from './run-groups.ts';
import { differenceCells } from './settings.ts';
import { accuracyCell, accuracyDifference, problemsOf, referenceNotes, seedsCell, sliceNotes } from './study-cells.ts';
import { idsOf, pointAt, pointName, referenceOf, type StudySlice, slicesOf } from './study-points.ts';
import type { StudyTable } from './study-tables.ts';
import type { Column, Row, Table } from './table.ts';

/**
 * Everything that came out, a row per point of a study and requested sparsity: reached sparsity, accuracy and its difference to the
 * reference paired by seed, sizes and cost. One table per model and data set.
 *
 * Throws `E_REFERENCE` for a reference that is no value of an axis.
 */
export function pointsTables(study: Study, results: readonly RunResult[], { reference }: AxesOptions = {}): StudyTable[] {
  const labels = referenceOf(study, reference);
  return slicesOf(study, results).map((slice) => ({
    name: `${study.name}-points${slice.suffix}`,
    table: pointsTable(study, slice, labels, reference),
  }));
}

// --- helpers ---

const SEEDS: Column = { key: 'seeds', label: 'Seeds', format: 'integer', align: 'right' };
const FAILED: Column = { key: 'failed', label: 'Failed', format: 'integer', align: 'right', dataOnly: true };
const MISSING: Column = { key: 'missing', label: 'Missing', format: 'integer', align: 'right', dataOnly: true };

function pointsTable(study: Study, slice: StudySlice, labels: Readonly<Record<string, string>>, reference: string | undefined): Table {
  const name = reference === undefined ? 'base' : 'reference';
  const { points, varied } = slice;
  const problems = problemsOf(study, points);
  const finished = points.flatMap((point) => point.finished);
  const measured = measureColumns(finished, differenceColumn(name));
  const rows = points.map((point): Row => {
    const runs = idsOf(point);
    const onAxes = study.axes.map(({ name, base }) => {
      const value = point.at[name] ?? null;
      return [name, { value, runs, ...(value === base && { text: `${value} (base)` }) }];
    });
    return {
      cells: {
        ...Object.fromEntries(onAxes),
        ...differenceCells(varied, point.setting, runs),
        ...requestedCells(point.requested, point.finished, runs),
        ...measureCells(point.finished),
        ...(point.finished.length ? {} : { accuracy: accuracyCell(point, ACCURACY, problems) }),
        accuracyDelta: accuracyDifference(point, pointAt(points, labels, point.requested)),
        seeds: seedsCell(point, problems),
        failed: { value: point.failed.length, runs: point.failed.map(({ id }) => id) },
        missing: { value: point.missing.length, runs: [] },
      },
    };
  });
  const groups = points.map((point) => ({ ...point, method: pointName(study, point), dense: point.finished.some(isDense) }));
  return {
    caption: `All points of the study: ${slice.terms}`,
    columns: [
      ...study.axes.map(({ name }): Column => ({ key: name, label: name, format: 'text', align: 'left', identifies: true })),
      ...varied.map(({ column }) => column),
      ...requestedColumns(points),
      ...measured,
      SEEDS,
      FAILED,
      MISSING,
    ],
    rows,
    footnotes: [
      ...measureNotes(finished),
      ...requestedNotes(points),
      ...denseLayerNotes(groups),
      ...sliceNotes(slice),
      ...statisticsNotes(
        rows.flatMap((row) => Object.values(row.cells)),
        name,
      ),
      ...referenceNotes(study, reference),
      ...problems.notes,
    ],
  };
}
