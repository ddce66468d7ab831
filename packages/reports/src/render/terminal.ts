import CliTable from 'cli-table3';
import { provenanceText } from '../provenance.ts';
import { type Column, cellText, type Footnote, headerText, NOTHING, type Row, type Table, textColumns } from '../table.ts';
import { BREAK, type Measured, split, wrap, wrapAtSpaces } from './layout.ts';

export interface TerminalOptions {
  /** Columns of the terminal; a wider table is broken into parts. Default 100. */
  readonly width?: number;
  /** Best values in bold; otherwise they get a star. Default false. */
  readonly color?: boolean;
}

const GAP = 2;

/** A table for a terminal or a text file, ruled like a table in a book. */
export function renderTerminal(table: Table, { width = 100, color = false }: TerminalOptions = {}): string {
  const mark: Mark = color ? '' : '*';
  const columns = textColumns(table).map((column) => measure(table, column, mark));
  const parts = split(columns, width, GAP).map((part) => draw(table, part, mark));
  const lineWidth = Math.max(width, 40);
  const notes = table.footnotes.flatMap((note) => wrapAtSpaces(noteText(note, mark), lineWidth));
  const provenance = table.provenance ? wrapAtSpaces(`${provenanceText(table.provenance)}.`, lineWidth) : [];
  return `${[...wrap(table.caption, lineWidth), parts.join('\n\n'), ...notes, ...provenance].join('\n')}\n`;
}

// --- helpers ---

/** Of a best value: a star where nothing can be bold. */
type Mark = '' | '*';

function measure(table: Table, column: Column, mark: Mark): Measured {
  const body = Math.max(0, ...table.rows.map((row) => bodyText(column, row, mark).length));
  const words = headerText(column).split(BREAK);
  const header = wrap(headerText(column), Math.max(body, ...words.map((word) => word.length)));
  return { column, header, width: Math.max(body, ...header.map((line) => line.length)) };
}

function draw(table: Table, columns: readonly Measured[], mark: Mark): string {
  const drawn = new CliTable({
    head: columns.map(({ header }) => header.join('\n')),
    colAligns: columns.map(({ column }) => column.align),
    colWidths: columns.map(({ width }) => width),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
    chars: BOOK_RULES,
  });
  for (const row of table.rows) {
    drawn.push(
      columns.map(({ column }) => {
        const text = bodyText(column, row, mark);
        return !mark && row.cells[column.key]?.best ? bold(text) : text;
      }),
    );
  }
  const lines = drawn.toString().split('\n');
  return lines.map((line) => line.trimEnd()).join('\n');
}

const RULE = '─';
const BOOK_RULES = {
  ...{ top: RULE, 'top-mid': RULE.repeat(GAP), 'top-left': '', 'top-right': '' },
  ...{ mid: RULE, 'mid-mid': RULE.repeat(GAP), 'left-mid': '', 'right-mid': '' },
  ...{ bottom: RULE, 'bottom-mid': RULE.repeat(GAP), 'bottom-left': '', 'bottom-right': '' },
  ...{ middle: ' '.repeat(GAP), left: '', right: '' },
};

const bold = (text: string) => `\u001b[1m${text}\u001b[22m`;

function bodyText(column: Column, row: Row, mark: Mark): string {
  const cell = row.cells[column.key];
  if (!cell) return NOTHING;
  return cellText(column, cell) + (cell.best ? mark : '') + (cell.mark ? ` [${cell.mark}]` : '');
}

const noteText = ({ mark, best, text }: Footnote, sign: Mark): string => {
  if (best) return `${sign || 'Bold'}: ${text}`;
  return mark ? `[${mark}] ${text}` : text;
};
