import { provenanceText } from '../provenance.ts';
import { type Cell, type Column, cellText, type Footnote, headerText, NOTHING, type Table, textColumns } from '../table.ts';

/** A GitHub-flavoured table with its caption above and its footnotes below. */
export function renderMarkdown(table: Table): string {
  const { caption, rows, footnotes } = table;
  const columns = textColumns(table);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const body = rows.map((row) =>
    line(
      columns.map((column) => {
        const cell = row.cells[column.key];
        return cell ? content(column, cell) + mark(cell.mark) : NOTHING;
      }),
    ),
  );
  return `${[
    `**${escapeMarkdown(caption)}**`,
    '',
    line(columns.map((column) => escapeMarkdown(headerText(column)))),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : ':---'))),
    ...body,
    ...footnotes.flatMap((note) => ['', sign(note) + escapeMarkdown(note.text)]),
    ...(table.provenance ? ['', `${escapeMarkdown(provenanceText(table.provenance))}.`] : []),
  ].join('\n')}\n`;
}

// --- helpers ---

function content(column: Column, cell: Cell): string {
  const text = escapeMarkdown(cellText(column, cell));
  return cell.best ? `**${text}**` : text;
}

const sign = ({ mark: letter, best }: Footnote): string => (best ? '**Bold:** ' : letter ? `${mark(letter)} ` : '');

const mark = (letter: string | undefined): string => (letter ? `<sup>${letter}</sup>` : '');

/** Characters that would be read as markup; a word_with_underscores is safe in GitHub's dialect. */
const escapeMarkdown = (text: string): string => text.replace(/[\\|*`<>[\]]/g, '\\$&').replace(/\s*\n\s*/g, ' ');
