import { provenanceText } from '../provenance.ts';
import { type Cell, type Column, cellText, type Footnote, headerText, NOTHING, type Row, type Table, textColumns } from '../table.ts';
import { BREAK, type Measured, split, wrap } from './layout.ts';

export interface LatexOptions {
  /** For `\ref`; default: no label. */
  readonly label?: string;
}

/**
 * A `table` float for a paper: booktabs rules, the caption above, the notes and the provenance below. Needs `\usepackage{booktabs}`, nothing
 * else, and pdfLaTeX, XeLaTeX or LuaLaTeX.
 *
 * A table that is too wide for the text width of an article gets smaller type, and then is broken into parts that repeat what the
 * rows are about; one that is too long for a page is continued in a further float under the same number. In two columns, `table*` in place
 * of `table` gives it the page.
 */
export function renderLatex(table: Table, { label }: LatexOptions = {}): string {
  const columns = textColumns(table).map((column) => measure(table, column));
  const total = sum(columns.map(({ width }) => width + GAP)) - GAP;
  const size = SIZES.find(({ characters }) => total <= characters) ?? SMALLEST;
  const notes = [...table.footnotes.map(noteLatex), ...(table.provenance ? [`${escapeLatex(provenanceText(table.provenance))}.`] : [])];
  const pieces = split(columns, size.characters, GAP).flatMap((part) =>
    inChunks(table.rows, ROWS).map(
      (rows): Piece => ({ latex: tabular(rows, part), lines: sum(rows.map((row) => linesIn(row, part))) + heightOf(part) }),
    ),
  );
  const floats = pack([...pieces, notesPiece(notes)]);
  return floats
    .map((float, index) =>
      [
        '\\begin{table}[tbp]',
        ...(index > 0 ? ['\\addtocounter{table}{-1}'] : []),
        '\\centering',
        `\\caption${index > 0 ? '[]' : ''}{${escapeLatex(table.caption)}${index > 0 ? ' (continued)' : ''}}`,
        ...(label === undefined || index > 0 ? [] : [`\\label{${label}}`]),
        size.command,
        '\\setlength{\\tabcolsep}{4pt}',
        float.map(({ latex }) => latex).join('\n\n\\medskip\n'),
        '\\end{table}\n',
      ].join('\n'),
    )
    .join('\n');
}

/** A text as LaTeX sets it: nothing in it is a command. Characters that pdfLaTeX's standard fonts lack are named by their number. */
export const escapeLatex = (text: string): string =>
  [...text.replace(/\s+/g, ' ').replace(/-(?=-)/g, '-\u200b')].map((character) => ESCAPES[character] ?? plain(character)).join('');

// --- helpers ---

/** Characters between columns: twice 4 pt. */
const GAP = 2;
/** Characters of a line of text in a cell. */
const LONGEST = 40;
/** How many characters fit into the 345 pt of an article's line. */
const SIZES = [
  { command: '\\small', characters: 74 },
  { command: '\\footnotesize', characters: 84 },
  { command: '\\scriptsize', characters: 88 },
] as const;
const SMALLEST = SIZES[2];
/** Lines of a float that fit below its caption on the 550 pt of an article's page, and rows of a table on a page of its own. */
const LINES = 46;
const ROWS = 38;

/** What can't be broken: a table, or the notes. */
interface Piece {
  readonly latex: string;
  readonly lines: number;
}

/** As many pieces to a float as fit on a page. */
function pack(pieces: readonly Piece[]): Piece[][] {
  const height = (float: readonly Piece[]) => sum(float.map(({ lines }) => lines));
  const floats: Piece[][] = [];
  for (const piece of pieces) {
    const float = floats.at(-1);
    if (float && height([...float, piece]) <= LINES) float.push(piece);
    else floats.push([piece]);
  }
  return floats;
}

function inChunks<T>(items: readonly T[], size: number): (readonly T[])[] {
  const count = Math.max(1, Math.ceil(items.length / size));
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

const linesIn = ({ cells }: Row, columns: readonly Measured[]): number =>
  Math.max(...columns.map(({ column }) => linesOf(column, cells[column.key]).length));

/** Header, rules and the space around them. */
const heightOf = (columns: readonly Measured[]): number => Math.max(...columns.map(({ header }) => header.length)) + 2;

const notesPiece = (notes: readonly string[]): Piece => ({
  latex: ['\\begin{minipage}{\\linewidth}', '\\footnotesize\\raggedright', ...notes.map((note) => `${note}\\par`), '\\end{minipage}'].join(
    '\n',
  ),
  lines: sum(notes.map((note) => Math.ceil(note.length / 90))),
});

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '#': '\\#',
  '%': '\\%',
  _: '\\_',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '"': '{\\ttfamily\\char34}',
  '`': '\\textasciigrave{}',
  '[': '{[}', // after \\ it would begin an option
  ']': '{]}',
  '*': '{*}',
  '\u200b': '{}', // keeps two hyphens from becoming a dash
  '−': '$-$',
  '±': '$\\pm$',
  '×': '$\\times$',
  Δ: '$\\Delta$',
  α: '$\\alpha$',
  β: '$\\beta$',
  γ: '$\\gamma$',
  λ: '$\\lambda$',
  σ: '$\\sigma$',
  τ: '$\\tau$',
  '…': '\\ldots{}',
  '–': '--',
  '—': '---',
  '“': '``',
  '”': "''",
  '’': "'",
  '∈': '$\\in$',
  '≤': '$\\le$',
  '≥': '$\\ge$',
  '√': '$\\surd$',
};

/** ASCII and the letters of Latin-1 and Latin Extended-A as they are. */
const plain = (character: string): string =>
  /[ -~À-ÖØ-öø-ſ]/.test(character) ? character : `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

function measure(table: Table, column: Column): Measured {
  const body = Math.max(0, ...table.rows.map((row) => shownLength(column, row)));
  const words = headerText(column).split(BREAK);
  const header = wrap(headerText(column), Math.max(body, ...words.map((word) => word.length)));
  return { column, header, width: Math.max(body, ...header.map((line) => line.length)) };
}

function shownLength(column: Column, row: Row): number {
  const cell = row.cells[column.key];
  return Math.max(...linesOf(column, cell).map((line) => line.length)) + (cell?.mark?.length ?? 0);
}

function tabular(rows: readonly Row[], columns: readonly Measured[]): string {
  const alignment = columns.map(({ column }) => (column.align === 'right' ? 'r' : 'l')).join('');
  const line = (cells: readonly string[]) => `${cells.join(' & ')} \\\\`;
  return [
    `\\begin{tabular}{@{}${alignment}@{}}`,
    '\\toprule',
    line(columns.map(headerLatex)),
    '\\midrule',
    ...rows.map((row) => line(columns.map(({ column }) => cellLatex(column, row.cells[column.key])))),
    '\\bottomrule',
    '\\end{tabular}',
  ].join('\n');
}

const headerLatex = ({ column, header }: Measured): string => stacked(header, column, 'b');

/** Lines on top of each other: a table in the table, which needs no package. */
function stacked(lines: readonly string[], { align }: Column, position: 'b' | 't'): string {
  const escaped = lines.map(escapeLatex);
  if (escaped.length < 2) return escaped.join('');
  return `\\begin{tabular}[${position}]{@{}${align === 'right' ? 'r' : 'l'}@{}}${escaped.join('\\\\')}\\end{tabular}`;
}

const linesOf = (column: Column, cell: Cell | undefined): string[] => {
  const text = cell ? cellText(column, cell) : NOTHING;
  return column.format === 'text' ? wrap(text, LONGEST) : [text];
};

function cellLatex(column: Column, cell: Cell | undefined): string {
  const text = stacked(linesOf(column, cell), column, 't');
  return (cell?.best ? `\\textbf{${text}}` : text) + markLatex(cell?.mark);
}

const markLatex = (mark: string | undefined): string => (mark ? `\\textsuperscript{${mark}}` : '');

const noteLatex = ({ mark, best, text }: Footnote): string =>
  (best ? '\\textbf{Bold:} ' : mark ? `${markLatex(mark)}~` : '') + escapeLatex(text);
