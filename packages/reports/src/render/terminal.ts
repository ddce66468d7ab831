import CliTable from 'cli-table3';
import { type Column, cellText, type Footnote, headerText, isBest, NOTHING, type Row, type Table, textColumns } from '../table.ts';

export interface TerminalOptions {
  /** Columns of the terminal; a wider table is broken into parts. Default 100. */
  readonly width?: number;
  /** Best values in bold. Default false. */
  readonly color?: boolean;
}

const GAP = 2;

/** A table for a terminal or a text file, ruled like a table in a book. */
export function renderTerminal(table: Table, { width = 100, color = false }: TerminalOptions = {}): string {
  const columns = textColumns(table).map((column) => measure(table, column));
  const parts = split(columns, width).map((part) => draw(table, part, color));
  const notes = table.footnotes.flatMap((note) => wrap(noteText(note), Math.max(width, 40)));
  return `${[...wrap(table.caption, Math.max(width, 40)), parts.join('\n\n'), ...notes].join('\n')}\n`;
}

// --- helpers ---

interface Measured {
  readonly column: Column;
  readonly header: readonly string[];
  readonly width: number;
}

function measure(table: Table, column: Column): Measured {
  const body = Math.max(0, ...table.rows.map((row) => bodyText(column, row).length));
  const words = headerText(column).split(BREAK);
  const header = wrap(headerText(column), Math.max(body, ...words.map((word) => word.length)));
  return { column, header, width: Math.max(body, ...header.map((line) => line.length)) };
}

/** As many columns to a part as fit, with the identifying ones in each. */
function split(columns: readonly Measured[], width: number): Measured[][] {
  const needed = (part: readonly Measured[]) => part.reduce((sum, column) => sum + column.width + GAP, -GAP);
  const identifying = columns.filter(({ column }) => column.identifies);
  const parts: Measured[][] = [];
  for (const column of columns.filter((candidate) => !candidate.column.identifies)) {
    const part = parts.at(-1);
    if (part && needed([...part, column]) <= width) part.push(column);
    else parts.push([...identifying, column]);
  }
  return parts.length ? parts : [identifying];
}

function draw(table: Table, columns: readonly Measured[], color: boolean): string {
  const drawn = new CliTable({
    head: columns.map(({ header }) => header.join('\n')),
    colAligns: columns.map(({ column }) => column.align),
    colWidths: columns.map(({ width }) => width),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
    chars: BOOK_RULES,
  });
  for (const row of table.rows) {
    drawn.push(columns.map(({ column }) => (color && isBest(table, row, column) ? bold(bodyText(column, row)) : bodyText(column, row))));
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

function bodyText(column: Column, row: Row): string {
  const cell = row.cells[column.key];
  if (!cell) return NOTHING;
  return cellText(column, cell) + (cell.mark ? ` [${cell.mark}]` : '');
}

const noteText = ({ mark, text }: Footnote): string => (mark ? `[${mark}] ${text}` : text);

/** Lines may break at spaces and after hyphens. */
const BREAK = / |(?<=[a-z]-)(?=[a-z])/;

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/(?<= )|(?<=[a-z]-)(?=[a-z])/)) {
    const line = lines.at(-1);
    if (line !== undefined && (line + word).trimEnd().length <= width) lines[lines.length - 1] = line + word;
    else lines.push(word);
  }
  return lines.map((line) => line.trimEnd());
}
