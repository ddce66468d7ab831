export interface TerminalPlot {
  readonly title: string;
  /** Below the axis, at its right end. */
  readonly xLabel: string;
  /** In the order of x; those that are not finite are left out. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** A point to mark, if it is on the axis. */
  readonly mark?: readonly [x: number, y: number];
}

export interface TerminalPlotOptions {
  /** Columns, labels included. Default 60. */
  readonly width?: number;
  /** Lines of the curve, without title and axis. Default 10. */
  readonly height?: number;
}

/** A curve in Braille dots, 2×4 to a character, with round numbers at its axes. The lines are all of one width. */
export function renderTerminalPlot(
  { title, xLabel, points: given, mark }: TerminalPlot,
  { width = 60, height = 10 }: TerminalPlotOptions = {},
): string {
  const points = given.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  const xs = points.map(([x]) => x);
  const curve = points.map(([, y]) => y);
  const ys = Math.min(...curve) === Math.max(...curve) ? [0, ...curve] : curve;
  const ticks = ticksOf(Math.min(...ys), Math.max(...ys), Math.max(2, Math.floor(height / 3)), true);
  const labels = ticks.map(tickText);
  const gutter = Math.max(...labels.map((label) => label.length));
  const columns = width - gutter - 2;
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [bottom, top] = [Math.min(ticks[0] as number, ...ys), Math.max(ticks.at(-1) as number, ...ys)];
  const dotX = (x: number) => Math.round(((x - left) / (right - left || 1)) * (2 * columns - 1));
  const dotY = (y: number) => Math.round(((top - y) / (top - bottom || 1)) * (4 * height - 1));
  const rowOf = (y: number) => Math.floor(dotY(y) / 4);

  const dots = Array.from({ length: height }, () => new Uint8Array(columns));
  points.forEach(([x, y], i) => {
    const [beforeX, beforeY] = points[Math.max(0, i - 1)] as readonly [number, number];
    drawLine(dots, [dotX(beforeX), dotY(beforeY)], [dotX(x), dotY(y)]);
  });
  const lines = dots.map((row) => Array.from(row, (bits) => (bits ? String.fromCharCode(BRAILLE + bits) : ' ')));
  if (mark && Number.isFinite(mark[1]) && mark[0] >= left && mark[0] <= right) {
    (lines[rowOf(mark[1])] as string[])[Math.floor(dotX(mark[0]) / 2)] = '●';
  }

  const labelOf = new Map(ticks.map((tick, i) => [rowOf(tick), labels[i] as string]));
  const body = lines.map((line, row) => `${(labelOf.get(row) ?? '').padStart(gutter)} ${labelOf.has(row) ? '┤' : '│'}${line.join('')}`);
  const at = ticksOf(left, right, Math.max(2, Math.floor(columns / 12)), false);
  const axis = Array.from({ length: columns }, () => '─');
  for (const tick of at) axis[Math.floor(dotX(tick) / 2)] = '┬';
  return [
    `${' '.repeat(gutter + 2)}${title}`,
    ...body,
    `${' '.repeat(gutter + 1)}└${axis.join('')}`,
    `${' '.repeat(gutter + 2)}${placed(at, (tick) => Math.floor(dotX(tick) / 2), columns, xLabel)}`,
  ]
    .map((line) => line.padEnd(width))
    .join('\n');
}

/** Plots side by side; all have to have the same number of lines. */
export function beside(plots: readonly string[], gap = 2): string {
  const columns = plots.map((plot) => plot.split('\n'));
  return (columns[0] ?? []).map((_, i) => columns.map((lines) => lines[i]).join(' '.repeat(gap))).join('\n');
}

// --- helpers ---

const BRAILLE = 0x2800;
/** Bits of the dots of a character, by line and column. */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

type Dot = readonly [x: number, y: number];

/** Every dot on the way, at least one for each step of the longer side. */
function drawLine(dots: readonly Uint8Array[], [fromX, fromY]: Dot, [toX, toY]: Dot): void {
  const steps = Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY), 1);
  for (let i = 0; i <= steps; i++) {
    const x = Math.round(fromX + ((toX - fromX) * i) / steps);
    const y = Math.round(fromY + ((toY - fromY) * i) / steps);
    const row = dots[Math.floor(y / 4)] as Uint8Array;
    const bit = DOTS[y % 4]?.[x % 2] ?? 0;
    row[Math.floor(x / 2)] = (row[Math.floor(x / 2)] as number) | bit;
  }
}

/** Round numbers, at most one more than `count` or so; `around`: the first and the last enclose the range. */
function ticksOf(from: number, to: number, count: number, around: boolean): number[] {
  const span = to - from || 1;
  const power = 10 ** Math.floor(Math.log10(span / count));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power * count >= span * (1 - 1e-9)) as number);
  const first = around ? Math.floor(from / step + 1e-6) : Math.ceil(from / step - 1e-6);
  const last = around ? Math.ceil(to / step - 1e-2) : Math.floor(to / step + 1e-6);
  return Array.from({ length: Math.max(2, last - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

const tickText = (tick: number): string => String(tick).replace('-', '−');

/** Labels centred below their ticks where there is room, and the axis's own at the right end. */
function placed(ticks: readonly number[], columnOf: (tick: number) => number, columns: number, xLabel: string): string {
  const line = Array.from({ length: columns }, () => ' ');
  const put = (text: string, start: number) => {
    if (start < 0 || start + text.length > columns) return;
    if (line.slice(Math.max(0, start - 1), start + text.length + 1).some((character) => character !== ' ')) return;
    for (const [i, character] of [...text].entries()) line[start + i] = character;
  };
  put(xLabel, columns - xLabel.length);
  for (const tick of ticks) {
    const text = tickText(tick);
    put(text, Math.max(0, columnOf(tick) - Math.floor(text.length / 2)));
  }
  return line.join('');
}
