import type { Table } from '../table.ts';

/** The table as data: fractions, full precision, the runs behind each cell. */
export function renderJson({ caption, columns, rows, footnotes }: Table): string {
  const table = {
    format: 1,
    caption,
    columns: columns.map(({ key, label, direction }) => ({ key, label, ...(direction && { direction }) })),
    rows: rows.map(({ cells }) =>
      Object.fromEntries(
        columns.flatMap(({ key }) => {
          const cell = cells[key];
          if (!cell) return [];
          const { value, deviation, n, runs } = cell;
          return [[key, { value, ...(deviation !== undefined && { deviation }), ...(n !== undefined && { n }), runs }]];
        }),
      ),
    ),
    footnotes,
  };
  return `${JSON.stringify(table, null, 2)}\n`;
}
