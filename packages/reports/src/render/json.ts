import type { Table } from '../table.ts';

/** The table as data: fractions, full precision, the runs behind each cell and those it lacks, and how it came about. */
export function renderJson({ caption, columns, rows, footnotes, provenance }: Table): string {
  const table = {
    format: 1,
    caption,
    columns: columns.map(({ key, label, direction }) => ({ key, label, ...(direction && { direction }) })),
    rows: rows.map(({ cells }) =>
      Object.fromEntries(
        columns.flatMap(({ key }) => {
          const cell = cells[key];
          if (!cell) return [];
          const { text: _, mark: __, ...data } = cell;
          return [[key, data]];
        }),
      ),
    ),
    footnotes,
    ...(provenance && { provenance }),
  };
  return `${JSON.stringify(table, null, 2)}\n`;
}
