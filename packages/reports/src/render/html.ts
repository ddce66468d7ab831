import { provenanceText } from '../provenance.ts';
import { type Column, cellText, headerText, NOTHING, type Row, type Table, textColumns } from '../table.ts';

/** A `<table>` in a box that scrolls on narrow screens, with its footnotes after it. Classes: `number`, `notes`, `provenance`. */
export function renderHtml(table: Table): string {
  const { caption, rows, footnotes } = table;
  const columns = textColumns(table);
  const head = columns.map((column) => `<th scope="col"${numeric(column)}>${escapeHtml(headerText(column))}</th>`).join('');
  const body = rows.map((row) => `<tr>${columns.map((column) => cellHtml(row, column)).join('')}</tr>`);
  const notes = footnotes.map(({ mark, best, text }) => {
    const sign = best ? '<strong>Bold:</strong> ' : mark ? `<sup>${mark}</sup> ` : '';
    return `<li>${sign}${escapeHtml(text)}</li>`;
  });
  if (table.provenance) notes.push(`<li class="provenance">${escapeHtml(provenanceText(table.provenance))}.</li>`);
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

function cellHtml(row: Row, column: Column): string {
  const cell = row.cells[column.key];
  const text = escapeHtml(cell ? cellText(column, cell) : NOTHING) + (cell?.mark ? `<sup>${cell.mark}</sup>` : '');
  const tag = column.identifies && column.align === 'left' ? 'th scope="row"' : 'td';
  const content = cell?.best ? `<strong>${text}</strong>` : text;
  return `<${tag}${numeric(column)}>${content}</${tag.split(' ')[0]}>`;
}
