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
}

export interface Cell {
  /** Null where there is nothing to say. */
  readonly value: number | string | null;
  /** Shown instead of the formatted value. */
  readonly text?: string;
  /** Sample standard deviation over `n` seeds, if there are several. */
  readonly deviation?: number;
  readonly n?: number;
  /** Of a footnote. */
  readonly mark?: string;
  /** Ids of the runs that the value comes from. */
  readonly runs: readonly string[];
}

export interface Row {
  readonly cells: Readonly<Record<string, Cell>>;
  /** Rows with the same word here compete for the best value; without it a row does not compete. */
  readonly competition?: string;
}

export interface Footnote {
  readonly mark?: string;
  readonly text: string;
}

export interface Table {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly footnotes: readonly Footnote[];
}

export const NOTHING = '–';

export const headerText = ({ label, unit }: Column): string => (unit ? `${label} (${unit})` : label);

export const textColumns = ({ columns }: Table): Column[] => columns.filter((column) => !column.dataOnly);

/** The cell in words and figures, without its mark. */
export function cellText(column: Column, { value, text, deviation }: Cell): string {
  if (text !== undefined) return text;
  if (value === null) return NOTHING;
  if (typeof value === 'string') return value;
  const shown = numberText(column, value);
  if (column.deviation !== 'shown' || !deviation) return shown;
  const digits = shown.split('.')[1]?.length ?? 0;
  return `${shown} ± ${(deviation * (column.unit ? 100 : 1)).toFixed(digits)}`;
}

/** Whether no competing row has a better value in this column. Equal text is a tie; alone, nothing is best. */
export function isBest({ rows }: Table, row: Row, column: Column): boolean {
  const value = (candidate: Row) => candidate.cells[column.key]?.value;
  const own = value(row);
  if (!column.direction || row.competition === undefined || typeof own !== 'number') return false;
  const rivals = rows.filter((other) => other !== row && other.competition === row.competition).map(value);
  const numbers = rivals.filter((rival) => typeof rival === 'number');
  const sign = column.direction === 'higher' ? 1 : -1;
  const beaten = (rival: number) => sign * (own - rival) >= 0 || numberText(column, own) === numberText(column, rival);
  return numbers.length > 0 && numbers.every(beaten);
}

/** Every run that the table rests on, in the order of the rows. */
export const runsOf = (table: Table): string[] => [
  ...new Set(table.rows.flatMap((row) => table.columns.flatMap(({ key }) => row.cells[key]?.runs ?? []))),
];

// --- helpers ---

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
