import { provenanceText } from '../provenance.ts';
import type { Cell, Column, Table } from '../table.ts';

export type CsvValue = number | string | null | undefined;

/**
 * RFC 4180, numbers in full. `<key>Deviation` follows a mean, `<key>Low` and `<key>High` a difference with an interval, `<key>Seeds` what
 * is counted in its cell; `runs` are the ids behind the row. Each row ends with the provenance of the table, as there is no place for it
 * under the table.
 */
export function renderCsv({ columns, rows, provenance }: Table): string {
  const last = (text: string) => (provenance ? [text] : []);
  return csv([
    [...columns.flatMap((column) => fieldsOf(column).map(([name]) => name)), 'runs', ...last('provenance')],
    ...rows.map((row) => [
      ...columns.flatMap((column) => fieldsOf(column).map(([, value]) => value(row.cells[column.key]))),
      [...new Set(columns.flatMap(({ key }) => row.cells[key]?.runs ?? []))].join(' '),
      ...last(provenance ? provenanceText(provenance) : ''),
    ]),
  ]);
}

/** Lines end with CRLF, as the RFC has it; null is an empty field. */
export const csv = (lines: readonly (readonly CsvValue[])[]): string => lines.map((line) => `${line.map(field).join(',')}\r\n`).join('');

// --- helpers ---

type Field = readonly [name: string, value: (cell: Cell | undefined) => CsvValue];

function fieldsOf({ key, deviation, interval, counted }: Column): Field[] {
  return [
    [key, (cell) => cell?.value],
    ...(deviation ? [[`${key}Deviation`, (cell) => cell?.deviation] satisfies Field] : []),
    ...(interval
      ? [[`${key}Low`, (cell) => cell?.interval?.[0]] satisfies Field, [`${key}High`, (cell) => cell?.interval?.[1]] satisfies Field]
      : []),
    ...(counted ? [[`${key}Seeds`, (cell) => cell && (cell.n ?? 0)] satisfies Field] : []),
  ];
}

function field(value: CsvValue): string {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
