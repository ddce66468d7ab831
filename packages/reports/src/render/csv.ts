import type { Table } from '../table.ts';

export type CsvValue = number | string | null | undefined;

/** RFC 4180, numbers in full. Where a column holds means, `<key>Deviation` follows; `runs` are the ids behind the row. */
export function renderCsv({ columns, rows }: Table): string {
  const header = columns.flatMap(({ key, deviation }) => (deviation ? [key, `${key}Deviation`] : [key]));
  return csv([
    [...header, 'runs'],
    ...rows.map((row) => [
      ...columns.flatMap(({ key, deviation }) => {
        const cell = row.cells[key];
        return deviation ? [cell?.value, cell?.deviation] : [cell?.value];
      }),
      [...new Set(columns.flatMap(({ key }) => row.cells[key]?.runs ?? []))].join(' '),
    ]),
  ]);
}

/** Lines end with CRLF, as the RFC has it; null is an empty field. */
export const csv = (lines: readonly (readonly CsvValue[])[]): string => lines.map((line) => `${line.map(field).join(',')}\r\n`).join('');

// --- helpers ---

function field(value: CsvValue): string {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
