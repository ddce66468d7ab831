import type { TopLevelSpec } from 'vega-lite';
import type { CsvValue } from '../render/csv.ts';

/** One of several plots in a figure, and one of the marks on it. */
export type Panel = Extract<Extract<TopLevelSpec, { vconcat: unknown[] }>['vconcat'][number], { layer: unknown[] }>;
export type Mark = Extract<Panel['layer'][number], { mark: unknown }>;
export type Channel<Name extends keyof NonNullable<Mark['encoding']>> = NonNullable<NonNullable<Mark['encoding']>[Name]>;

export type FigureRow = Readonly<Record<string, Exclude<CsvValue, undefined>>>;

/** A picture as data. Says nothing of files or formats: `renderFigure` does. */
export interface Figure {
  /** Name of its files. */
  readonly name: string;
  /** For the caption; the picture itself has no title, as a paper wants it. */
  readonly title: string;
  /** What there is to see, for who can't see it. */
  readonly description: string;
  /** Vega-Lite, with the data in it. */
  readonly spec: TopLevelSpec;
  /** The data, once more, for a file beside the picture. */
  readonly rows: readonly FigureRow[];
}
