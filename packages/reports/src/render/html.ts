import { type Column, cellText, headerText, isBest, NOTHING, type Row, type Table, textColumns } from '../table.ts';

/** A `<table>` in a box that scrolls on narrow screens, with its footnotes after it. Classes: `number`, `best`, `notes`. */
export function renderHtml(table: Table): string {
  const { caption, rows, footnotes } = table;
  const columns = textColumns(table);
  const head = columns.map((column) => `<th scope="col"${numeric(column)}>${escapeHtml(headerText(column))}</th>`).join('');
  const body = rows.map((row) => `<tr>${columns.map((column) => cellHtml(table, row, column)).join('')}</tr>`);
  const notes = footnotes.map(({ mark, text }) => `<li>${mark ? `<sup>${mark}</sup> ` : ''}${escapeHtml(text)}</li>`);
  const best = rows.some((row) => columns.some((column) => isBest(table, row, column)));
  if (best) notes.push('<li>Bold: the best mean among the methods with the same requested sparsity.</li>');
  return [
    `<div class="scroll" role="region" aria-label="${escapeHtml(caption)}" tabindex="0">`,
    '<table>',
    `<caption>${escapeHtml(caption)}</caption>`,
    `<thead><tr>${head}</tr></thead>`,
    '<tbody>',
    ...body,
    '</tbody>',
    '</table>',
    '</div>',
    ...(notes.length ? ['<ul class="notes">', ...notes, '</ul>'] : []),
    '',
  ].join('\n');
}

export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

// --- helpers ---

const numeric = ({ align }: Column): string => (align === 'right' ? ' class="number"' : '');

function cellHtml(table: Table, row: Row, column: Column): string {
  const cell = row.cells[column.key];
  const text = escapeHtml(cell ? cellText(column, cell) : NOTHING) + (cell?.mark ? `<sup>${cell.mark}</sup>` : '');
  const tag = column.identifies && column.align === 'left' ? 'th scope="row"' : 'td';
  const content = isBest(table, row, column) ? `<strong>${text}</strong>` : text;
  return `<${tag}${numeric(column)}>${content}</${tag.split(' ')[0]}>`;
}
