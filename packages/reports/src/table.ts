import { percent, points, si } from './format.ts';

/** How a number is written in text. Data formats (CSV, JSON) always get the number itself. */
export type Format = 'text' | 'integer' | 'percent' | 'points' | 'si';

export interface Column {
  /** Name in CSV and JSON. */
  readonly key: string;
  readonly label: string;
  /** Of the text; `%` stands for a fraction in the data. */
  readonly unit?: '%' | 'pp';
  readonly format: Format;
  readonly digits?: number;
  /** Which value is the better one, where one is. */
  readonly direction?: 'higher' | 'lower';
  readonly align: 'left' | 'right';
  /** Says what the row is about; repeated where a wide table is broken. */
  readonly identifies?: boolean;
  /** In CSV and JSON only: a footnote says it in text. */
  readonly dataOnly?: boolean;
  /** A mean over seeds: CSV has its standard deviation beside it; text shows it where this is 'shown'. */
  readonly deviation?: 'shown' | 'data';
  /** A mean difference: text shows its confidence interval, CSV has both ends beside it. */
  readonly interval?: boolean;
  /** CSV has the number of seeds beside it. */
  readonly counted?: boolean;
}

export interface Cell {
  /** Null where there is nothing to say. */
  readonly value: number | string | null;
  /** Shown instead of the formatted value. */
  readonly text?: string;
  /** Sample standard deviation over `n` seeds, if there are several. */
  readonly deviation?: number;
  readonly n?: number;
  /** Ends of the 95 % confidence interval of the mean. */
  readonly interval?: readonly [low: number, high: number];
  /** Ahead of every rival by more than chance: bold. */
  readonly best?: boolean;
  /** Of a footnote. */
  readonly mark?: string;
  /** Ids of the runs that the value comes from. */
  readonly runs: readonly string[];
  /** Ids of the runs that it lacks: a study asks for them and there is no result. */
  readonly missing?: readonly string[];
}

export interface Row {
  readonly cells: Readonly<Record<string, Cell>>;
}

export interface Footnote {
  readonly mark?: string;
  /** Says what the best values are; renderers put before it how they mark them. */
  readonly best?: boolean;
  readonly text: string;
  /** Runs that numbers in the text come from. */
  readonly runs?: readonly string[];
}

/** How the numbers of a table came about. */
export interface Provenance {
  /** What was typed to train the runs, each command once. */
  readonly commands: readonly string[];
  /** Runs with a result that the table rests on. */
  readonly runs: number;
  /** Twelve hexadecimal digits of a SHA-256 over the ids of those runs and their results. */
  readonly digest: string;
  /** "tfjs-node 4.22.0, 1 thread" */
  readonly engines: readonly string[];
  /** "espalier 0.1.0" */
  readonly versions: readonly string[];
}

export interface Table {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly footnotes: readonly Footnote[];
  readonly provenance?: Provenance;
}

export const NOTHING = '–';

export const headerText = ({ label, unit }: Column): string => (unit ? `${label} (${unit})` : label);

export const textColumns = ({ columns }: Table): Column[] => columns.filter((column) => !column.dataOnly);

/** The cell in words and figures, without its mark. */
export function cellText(column: Column, cell: Cell): string {
  const { value, text, deviation, interval } = cell;
  if (text !== undefined) return text;
  if (value === null) return NOTHING;
  if (typeof value === 'string') return value;
  const shown = numberText(column, value);
  if (column.interval && interval) return `${shown} [${interval.map((end) => endText(column, end)).join(', ')}]`;
  if (column.deviation !== 'shown' || !deviation) return shown;
  const digits = shown.split('.')[1]?.length ?? 0;
  return `${shown} ± ${(deviation * (isFraction(column) ? 100 : 1)).toFixed(digits)}`;
}

/** Every run that the table rests on, in the order of the rows. */
export const runsOf = (table: Table): string[] => [
  ...new Set([
    ...table.rows.flatMap((row) => table.columns.flatMap(({ key }) => row.cells[key]?.runs ?? [])),
    ...table.footnotes.flatMap(({ runs = [] }) => runs),
  ]),
];

// --- helpers ---

/** An end that is rounded to 0 keeps its sign: it tells whether the interval holds 0. */
function endText(column: Column, end: number): string {
  const text = numberText(column, end);
  return end === 0 || /^[+−]/.test(text) ? text : `${end < 0 ? '−' : '+'}${text}`;
}

const isFraction = ({ format }: Column): boolean => format === 'percent' || format === 'points';

function numberText({ format, digits }: Column, value: number): string {
  switch (format) {
    case 'percent':
      return percent(value, digits);
    case 'points':
      return points(value, digits);
    case 'si':
      return si(value);
    default:
      return String(value);
  }
}
