import type { Study } from '@espalier/core/results';
import type { Contestant } from './best.ts';
import { enumerate, percent } from './format.ts';
import { ACCURACY } from './measures.ts';
import { markOf, reasonOf, seedsOf } from './notes.ts';
import { groupBy } from './run-groups.ts';
import { differenceCell, meanCell, samplesOf } from './samples.ts';
import { idsOf, pointName, type StudyPoint, type StudySlice, seedsAsked } from './study-points.ts';
import { type Cell, type Column, cellText, type Footnote } from './table.ts';

/** What is wrong with the points of a table: a mark per point, and the footnotes. */
export interface Problems {
  readonly marks: ReadonlyMap<StudyPoint, string>;
  readonly notes: readonly Footnote[];
}

/** One footnote for each point with failed runs, and one for all runs that are missing: which they are, and what trains them. */
export function problemsOf(study: Study, points: readonly StudyPoint[]): Problems {
  const failing = points.filter(({ failed }) => failed.length > 0);
  const lacking = points.filter(({ missing }) => missing.length > 0);
  const failures = failing.map((point, index): Footnote => {
    const reasons = [...groupBy(point.failed, reasonOf)].map(([text, runs]) => `${seedsOf(runs)} failed ${text}`);
    return { mark: markOf(index), text: `${pointName(study, point)}: ${reasons.join('; ')}` };
  });
  const missingMark = markOf(failing.length);
  const named = lacking.slice(0, NAMED).map((point) => {
    const seeds = seedsOf(point.missing.map(({ spec }) => spec));
    return `${pointName(study, point)}, ${seeds} (${point.missing.map(({ id }) => id).join(', ')})`;
  });
  const rest = lacking.slice(NAMED).reduce((sum, { missing }) => sum + missing.length, 0);
  const missing: Footnote[] = lacking.length
    ? [
        {
          mark: missingMark,
          text: `Missing: ${named.join('; ')}${rest ? `; and ${rest} more runs` : ''}. “${study.command}” trains what is missing, and nothing else.`,
        },
      ]
    : [];
  const marks = points.flatMap((point): [StudyPoint, string][] => {
    const own = [...(point.failed.length ? [markOf(failing.indexOf(point))] : []), ...(point.missing.length ? [missingMark] : [])];
    return own.length ? [[point, own.join(',')]] : [];
  });
  return { marks: new Map(marks), notes: [...failures, ...missing] };
}

/** Mean accuracy ± deviation; "failed", "missing" or "(2 of 3)" where runs are not there. */
export function accuracyCell(point: StudyPoint | undefined, column: Column, { marks }: Problems): Cell {
  if (!point) return { value: null, runs: [] };
  const cell: Cell = { ...meanCell(accuracies(point)), runs: idsOf(point), ...missingIds(point) };
  const mark = marks.get(point);
  return mark === undefined ? cell : { ...cell, text: incompleteText(point, cellText(column, cell)), mark };
}

/** Difference of the accuracies to those of the reference, paired by seed; nothing for the reference itself. */
export const accuracyDifference = (point: StudyPoint | undefined, reference: StudyPoint | undefined): Cell =>
  point && reference && point !== reference ? differenceCell(accuracies(point), accuracies(reference)) : { value: null, runs: [] };

/** "2 of 3" where runs failed or are missing. */
export function seedsCell(point: StudyPoint, { marks }: Problems): Cell {
  const mark = marks.get(point);
  const value = point.finished.length;
  return { value, runs: idsOf(point), ...missingIds(point), ...(mark && { text: `${value} of ${seedsAsked(point)}`, mark }) };
}

/** Who competes, with what stands in the table. */
export const contestantOf = (point: StudyPoint): Contestant & { readonly point: StudyPoint } => {
  const samples = accuracies(point);
  return {
    point,
    samples,
    complete: samples.length === seedsAsked(point),
    text: cellText({ ...ACCURACY, deviation: 'data' }, meanCell(samples)),
  };
};

/** What every table of a slice says under it: terms that an axis varies, and the dense control. */
export function sliceNotes({ varied, dense }: StudySlice): Footnote[] {
  const cell = meanCell(samplesOf(dense, (run) => run.accuracy));
  return [
    ...(varied.length
      ? [{ text: `The runs differ in ${enumerate(varied.map(({ column }) => column.label.toLowerCase()))}, as an axis has it.` }]
      : []),
    ...(dense.length
      ? [{ text: `Dense, on the same terms: ${cellText(ACCURACY, cell)} %, ${seedsOf(dense)}.`, runs: dense.map(({ id }) => id) }]
      : []),
  ];
}

/** Between which bounds the reached sparsity lies, for tables without a column for it. */
export function reachedNotes(points: readonly StudyPoint[]): Footnote[] {
  const reached = points.flatMap(({ finished }) => finished.map((run) => run.sparsity));
  const bounds = [...new Set([Math.min(...reached), Math.max(...reached)].map((sparsity) => percent(sparsity)))];
  return reached.length ? [{ text: `Reached sparsity: ${bounds.join(' to ')} % of the prunable weights.` }] : [];
}

/** Which value Δ is taken against, where it is not the base's. */
export const referenceNotes = ({ axes }: Study, reference: string | undefined): Footnote[] =>
  axes.flatMap(({ name, values, base }) =>
    reference !== undefined && reference !== base && values.includes(reference)
      ? [{ text: `Reference: ${name} ${reference}; elsewhere the base.` }]
      : [],
  );

// --- helpers ---

/** Points whose missing runs are listed one by one; JSON has all. */
const NAMED = 12;

const accuracies = ({ finished }: StudyPoint) => samplesOf(finished, (run) => run.accuracy);

const missingIds = ({ missing }: StudyPoint): Pick<Cell, 'missing'> => (missing.length ? { missing: missing.map(({ id }) => id) } : {});

function incompleteText(point: StudyPoint, shown: string): string {
  const { finished, failed, missing } = point;
  if (finished.length) return `${shown} (${finished.length} of ${seedsAsked(point)})`;
  return [failed.length && 'failed', missing.length && 'missing'].filter(Boolean).join(', ');
}
