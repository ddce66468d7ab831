import type { LayerLog, RunResult } from '@espalier/core/results';
import type { Asked } from '../asked.ts';
import { textWidth } from '../render/font.ts';
import type { RunGroup } from '../run-groups.ts';
import { mean } from '../statistics.ts';
import { atSparsity, type Case, casesBySparsity } from './cases.ts';
import type { Channel, Figure, FigureRow, Panel } from './figure.ts';
import { sparsityAxis } from './sparsity-axis.ts';
import { config, FONT_SIZE, ONE_COLUMN } from './theme.ts';
import { commonSteps, type Logs, meanOf, type StepEntry } from './time-series.ts';

/** Whole pixels for each layer, else paper shines through between the rows. */
const ROW_HEIGHT = 14;
const LEAST_ROW_HEIGHT = 3;
/** Of a plot whose rows are lower than a line of text: its layers are numbered, and two plots stand side by side. */
const MOST_HEIGHT = 220;
const GAP = 12;
const NUMBERS_MARGIN = 60;
const LEGEND_LENGTH = 160;

/** Sparsity, and thresholds where there are any, of each layer over the epochs as colours: a plot per method, means over the seeds. */
export function layerHeatmap(results: readonly RunResult[], logs: Logs): Figure[] {
  return casesBySparsity(results).flatMap((each) => {
    const rows = each.groups.flatMap((group) => heatRows(group, logs));
    return [sparsities, thresholds].flatMap((quantity) => quantity(each, rows));
  });
}

// --- helpers ---

type HeatRow = FigureRow & {
  readonly method: string;
  readonly layer: string;
  readonly from: number;
  readonly epoch: number;
  readonly sparsity: number;
  readonly threshold: number | null;
};
type Quantity = (each: Case & { readonly requested: Asked }, rows: readonly HeatRow[]) => Figure[];

/** What a layer was after a step is drawn from the step before on. */
function heatRows({ method, finished }: RunGroup, logs: Logs): HeatRow[] {
  const steps = commonSteps(finished, logs);
  const epochOf = (entries: readonly StepEntry[] | undefined) => (entries ? meanOf(entries, ({ epoch }) => epoch) : 0);
  return steps.flatMap((entries, at) =>
    (entries[0]?.layers ?? []).map(({ name }, index) => {
      const layers = entries.flatMap(({ layers }) => layers[index] ?? []);
      return {
        method,
        layer: name,
        index: index + 1,
        step: entries[0]?.step ?? 0,
        from: epochOf(steps[at - 1]),
        epoch: epochOf(entries),
        sparsity: mean(layers.map(({ sparsity }) => sparsity)),
        threshold: meanThreshold(layers),
        seeds: entries.length,
      };
    }),
  );
}

function meanThreshold(layers: readonly LayerLog[]): number | null {
  const thresholds = layers.flatMap(({ threshold }) => threshold ?? []);
  return thresholds.length === layers.length ? mean(thresholds) : null;
}

/** Colours as the weights left, on a logarithmic scale: from 90 to 99 % is as far as from 0 to 90 %. */
const sparsities: Quantity = ({ suffix, terms, requested }, rows) => {
  if (!rows.length) return [];
  const least = Math.min(...rows.flatMap(({ sparsity }) => (sparsity < 1 ? [1 - sparsity] : [])), 0.5);
  const { domain, ticks, labelExpr } = sparsityAxis([least, 1], LEGEND_LENGTH, [], true);
  const values = rows.map((row) => ({ ...row, left: Math.max(1 - row.sparsity, least) }));
  const color: Channel<'color'> = {
    field: 'left',
    type: 'quantitative',
    title: 'Sparsity (%)',
    scale: { type: 'log', scheme: 'viridis', domain: [...domain].reverse(), nice: false },
    legend: { ...LEGEND, values: [...ticks], labelExpr },
  };
  return [
    {
      name: `layer-sparsity-over-time${suffix}`,
      title: `Sparsity of each layer during training ${atSparsity(requested)}`,
      description: described(rows, `the lighter, the sparser (${terms})`),
      spec: { data: { values }, ...plots(rows, color), config },
      rows,
    },
  ];
};

const thresholds: Quantity = ({ suffix, terms, requested }, all) => {
  const rows = all.filter(({ threshold }) => threshold !== null);
  const positive = rows.flatMap(({ threshold }) => (threshold ? [threshold] : []));
  if (!positive.length) return [];
  const largest = Math.max(...positive);
  const least = Math.max(Math.min(...positive), largest / 1e4);
  const values = rows.map((row) => ({ ...row, threshold: Math.max(row.threshold ?? 0, least) }));
  const color: Channel<'color'> = {
    field: 'threshold',
    type: 'quantitative',
    title: 'Threshold',
    scale: { type: 'log', scheme: 'viridis', domain: [least, largest], nice: false },
    legend: { ...LEGEND, tickCount: 4, format: '.1~g' },
  };
  return [
    {
      name: `layer-threshold-over-time${suffix}`,
      title: `Threshold of each layer during training ${atSparsity(requested)}`,
      description: described(rows, `the lighter, the higher (${terms})`),
      spec: { data: { values }, ...plots(rows, color), config },
      rows,
    },
  ];
};

const LEGEND = {
  orient: 'top',
  direction: 'horizontal',
  gradientLength: LEGEND_LENGTH,
  gradientThickness: 6,
  titleFontSize: FONT_SIZE,
} as const;

const unique = (rows: readonly HeatRow[], key: 'method' | 'layer') => [...new Set(rows.map((row) => row[key]))];

const described = (rows: readonly HeatRow[], meaning: string): string =>
  `One plot for each of ${unique(rows, 'method').join(', ')}: ${unique(rows, 'layer').length} layers from input to output, over the epochs; ${meaning}.`;

function plots(rows: readonly HeatRow[], color: Channel<'color'>) {
  const methods = unique(rows, 'method');
  const layers = unique(rows, 'layer');
  const rowHeight = Math.max(LEAST_ROW_HEIGHT, Math.min(ROW_HEIGHT, Math.floor(MOST_HEIGHT / layers.length)));
  const named = rowHeight >= FONT_SIZE;
  const columns = named ? 1 : 2;
  const margin = named ? Math.max(...layers.map((layer) => textWidth(layer, FONT_SIZE))) + 20 : NUMBERS_MARGIN;
  const width = Math.floor((ONE_COLUMN - margin - (columns - 1) * GAP) / columns);
  const latest = Math.max(...rows.map(({ epoch }) => epoch));
  const overlap = { calculate: `datum.epoch + ${latest / width}`, as: 'until' }; // as with the rows' height
  const numbers = layers.map((_, index) => index + 1).filter((number) => number === 1 || number % 10 === 0);
  const concat = methods.map((method, index): Panel => {
    const isLowest = index >= methods.length - columns;
    const isLeft = index % columns === 0;
    const x: Channel<'x'> = {
      field: 'from',
      type: 'quantitative',
      title: isLowest ? 'Epoch' : null,
      scale: { domain: [0, latest], nice: false },
      axis: isLowest ? { tickCount: named ? 6 : 4, tickMinStep: 1 } : { labels: false, ticks: false },
    };
    const y: Channel<'y'> = named
      ? { field: 'layer', type: 'nominal', sort: null, title: null, scale: { domain: layers } }
      : {
          field: 'index',
          type: 'ordinal',
          title: isLeft ? 'Layer' : null,
          axis: isLeft ? { values: numbers } : { labels: false, ticks: false, minExtent: 0 },
        };
    return {
      title: { text: method, anchor: 'start', limit: named ? ONE_COLUMN - margin : width },
      width,
      height: rowHeight * layers.length,
      transform: [{ filter: { field: 'method', equal: method } }, overlap],
      layer: [{ mark: { type: 'rect', clip: true }, encoding: { x, x2: { field: 'until' }, y, color } }],
    };
  });
  return { columns, spacing: { row: 10, column: GAP }, concat };
}
