import type { Channel, Figure, FigureRow, Mark, Panel } from './figure.ts';
import { INK, methodStyles } from './styles.ts';
import { config, legendAbove, methodScale, ONE_COLUMN } from './theme.ts';

/** A point of a curve: what a threshold function is at an s. */
export type ThresholdFunctionRow = FigureRow & {
  /** Which function; one line for each. */
  readonly function: string;
  readonly s: number;
  /** g(s) */
  readonly value: number;
  /** g'(s) */
  readonly derivative: number;
};

export interface ThresholdFunctionFigureOptions {
  /** Where training starts: marked on the curves that reach that far. */
  readonly sInit?: number;
}

const WIDTH = ONE_COLUMN - 60;
const HEIGHT = 110;
/** The colour of a single line. */
const ALONE = '#0072b2';

/** g above, its slope below, over s: a line for each function. */
export function thresholdFunctionCurves(rows: readonly ThresholdFunctionRow[], { sInit }: ThresholdFunctionFigureOptions = {}): Figure {
  const functions = [...new Set(rows.map((row) => row.function))];
  const starts = sInit === undefined ? [] : functions.flatMap((name) => nearest(rows, name, sInit) ?? []);
  const styles = methodStyles(functions);
  const legend = functions.length > 1 ? legendAbove(functions, WIDTH, 'stroke') : null;
  const scale = (pick: Parameters<typeof methodScale>[2]) => ({
    field: 'function',
    type: 'nominal' as const,
    scale: methodScale(functions, styles, pick),
    legend,
  });
  const color: Channel<'color'> = functions.length > 1 ? scale((style) => style.color) : { value: ALONE };
  const strokeDash: Channel<'strokeDash'> = scale((style) => [...style.dash]);
  const [from, to] = [Math.min(...rows.map((row) => row.s)), Math.max(...rows.map((row) => row.s))];
  const panel = (field: 'value' | 'derivative', title: string, isLowest: boolean): Panel => {
    const x: Channel<'x'> = {
      field: 's',
      type: 'quantitative',
      title: isLowest ? 's' : null,
      scale: { domain: [from, to], nice: false },
      axis: isLowest ? { tickCount: 6 } : { labels: false, ticks: false, tickCount: 6 },
    };
    const y: Channel<'y'> = { field, type: 'quantitative', title, axis: { tickCount: 4, format: '.3~g' } };
    const lines: Mark = {
      data: { values: [...rows] },
      mark: { type: 'line', strokeWidth: 1.5 },
      encoding: { x, y, color, ...(functions.length > 1 && { strokeDash }) },
    };
    const points: Mark = {
      data: { values: starts },
      mark: { type: 'point', filled: true, size: 30, opacity: 1, color: INK },
      encoding: { x, y },
    };
    const label: Mark = {
      data: { values: starts.slice(0, 1) },
      mark: { type: 'text', align: 'left', baseline: 'bottom', dx: 3, dy: -5 },
      encoding: { x, y, text: { value: 'start' } },
    };
    return {
      width: WIDTH,
      height: HEIGHT,
      layer: [lines, ...(starts.length ? [points] : []), ...(starts.length && isLowest ? [label] : [])],
    };
  };
  return {
    name: `threshold-function-${functions.length === 1 ? fileName(functions[0] as string) : 'curves'}`,
    title: functions.length === 1 ? `The threshold function ${functions[0]}` : 'Threshold functions',
    description:
      `Lines for ${functions.join(', ')} over s. Above, g(s), which is the threshold; below, its slope g'(s).` +
      (starts.length ? ' A point marks where training starts.' : ''),
    spec: { vconcat: [panel('value', 'g(s)', false), panel('derivative', "g'(s)", true)], spacing: 12, config },
    rows,
  };
}

// --- helpers ---

/** The row of a function whose s is the nearest, if the curve reaches it. */
function nearest(rows: readonly ThresholdFunctionRow[], name: string, s: number): ThresholdFunctionRow | undefined {
  const own = rows.filter((row) => row.function === name).sort((a, b) => a.s - b.s);
  const [first, second] = own;
  const step = first && second ? second.s - first.s : 0;
  const best = own.toSorted((a, b) => Math.abs(a.s - s) - Math.abs(b.s - s))[0];
  return best && Math.abs(best.s - s) <= step ? best : undefined;
}

const fileName = (label: string): string =>
  label
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^-|-$/g, '');
