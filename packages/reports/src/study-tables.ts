import type { RunResult, Study } from '@espalier/core/results';
import { type AxesOptions, axesTables } from './axes-table.ts';
import { pivotTables } from './pivot-table.ts';
import { pointsTables } from './points-table.ts';
import { asSwap } from './swap-matrix.ts';
import { swapTables } from './swap-tables.ts';
import type { Table } from './table.ts';

export interface StudyTable {
  /** Of its files: the study's name, what kind of table it is, and what tells it from the others. */
  readonly name: string;
  readonly table: Table;
}

/**
 * The tables of a study: the overview, then a table of all points. What the study asked for is in them, there or missing.
 *
 * Throws `E_REFERENCE` for a reference that is no value of an axis.
 */
export const studyTables = (study: Study, results: readonly RunResult[], options: AxesOptions = {}): StudyTable[] => [
  ...overviewTables(study, results, options),
  ...pointsTables(study, results, options),
];

/**
 * A swap has tables of its own; a grid has pivots of its first two axes; a single axis, or axes varied one at a time, a row per value. Throws
 * `E_REFERENCE`.
 */
export function overviewTables(study: Study, results: readonly RunResult[], options: AxesOptions = {}): StudyTable[] {
  const swap = asSwap(study);
  if (swap) return swapTables(swap, results);
  const [rows, columns] = study.axes;
  return study.mode === 'grid' && rows && columns
    ? pivotTables(study, results, { rows: rows.name, columns: columns.name })
    : axesTables(study, results, options);
}
