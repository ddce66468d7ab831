import type { Config } from 'vega-lite';
import { FONTS, textWidth } from '../render/font.ts';
import type { Channel } from './figure.ts';
import { GRID, INK, type MethodStyle, type MethodStyles, PAPER } from './styles.ts';

/** Widths in CSS pixels (1/96 inch) of one and of two columns of a paper: 8.5 cm and 17.5 cm. */
export const ONE_COLUMN = 320;
export const TWO_COLUMNS = 660;

/** 7.5 points: what a caption's small print has. */
export const FONT_SIZE = 10;

export const config: Config = {
  font: FONTS,
  background: PAPER,
  padding: 4,
  aria: false,
  view: { stroke: null },
  text: { fontSize: FONT_SIZE, fill: INK },
  axis: {
    labelFontSize: FONT_SIZE,
    titleFontSize: FONT_SIZE,
    titleFontWeight: 'normal',
    labelColor: INK,
    titleColor: INK,
    domainColor: INK,
    tickColor: INK,
    gridColor: GRID,
    tickSize: 3,
    labelPadding: 3,
    titlePadding: 6,
    labelLimit: 120,
  },
  axisX: { grid: false, labelFlush: false },
  axisY: { domain: false, ticks: false, minExtent: 26 },
  legend: {
    labelFontSize: FONT_SIZE,
    labelColor: INK,
    titleFontSize: FONT_SIZE,
    titleFontWeight: 'normal',
    titleColor: INK,
    labelLimit: ONE_COLUMN - 40,
  },
  title: { fontSize: FONT_SIZE, fontWeight: 'normal', color: INK, offset: 4 },
};

/** Scale of a channel that tells methods apart. */
export function methodScale<T>(
  methods: readonly string[],
  styles: MethodStyles,
  pick: (style: NonNullable<ReturnType<MethodStyles['get']>>) => T,
) {
  return { domain: [...methods], range: methods.map((method) => pick(styles.get(method) as MethodStyle)) };
}

/** Colour and dashes of one line per method, with one legend above the plot. */
export function methodChannels(
  methods: readonly string[],
  styles: MethodStyles,
): { readonly color: Channel<'color'>; readonly strokeDash: Channel<'strokeDash'> } {
  const legend = legendAbove(methods, ONE_COLUMN - 50, 'stroke');
  const color: Channel<'color'> = {
    field: 'method',
    type: 'nominal',
    scale: methodScale(methods, styles, (style) => style.color),
    legend,
  };
  const dashes = methodScale(methods, styles, (style) => [...style.dash]);
  const strokeDash: Channel<'strokeDash'> = { field: 'method', type: 'nominal', scale: dashes, legend };
  return { color, strokeDash };
}

/** A legend above the plot, in as many columns as fit. */
export function legendAbove(labels: readonly string[], width: number, symbolType?: string) {
  const symbol = symbolType === 'stroke' ? 20 : 18;
  const widths = labels.map((label) => textWidth(label, FONT_SIZE) + symbol);
  const needed = (columns: number) =>
    Array.from({ length: columns }, (_, column) => Math.max(...widths.filter((_, index) => index % columns === column)));
  let columns = Math.max(1, labels.length);
  while (columns > 1 && needed(columns).reduce((sum, column) => sum + column + LEGEND_GAP, -LEGEND_GAP) > width) columns--;
  return {
    orient: 'top',
    direction: 'horizontal',
    columns,
    title: null,
    offset: 8,
    columnPadding: LEGEND_GAP,
    gridAlign: 'each',
    symbolOpacity: 1,
    symbolSize: symbolType === 'stroke' ? 280 : 70,
    ...(symbolType && { symbolType }),
  } as const;
}

const LEGEND_GAP = 8;

/** Fractions on the axis, percent on its labels. */
export const PERCENT_LABELS = "format(datum.value * 100, '.4~f')";

/** The prefix that keeps an axis of counts short: title suffix and label expression. */
export function countAxis(largest: number): { readonly unit: string; readonly labelExpr: string } {
  const [factor, unit] = largest >= 2e9 ? [1e9, ' (G)'] : largest >= 2e6 ? [1e6, ' (M)'] : largest >= 2e3 ? [1e3, ' (k)'] : [1, ''];
  return { unit, labelExpr: `format(datum.value / ${factor}, '.4~f')` };
}
