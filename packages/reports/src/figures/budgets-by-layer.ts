import type { Channel, Figure, FigureRow, Mark } from './figure.ts';
import { GRID, INK, stylesInOrder } from './styles.ts';
import { config, countAxis, FONT_SIZE, legendAbove, methodScale, PERCENT_LABELS, TWO_COLUMNS } from './theme.ts';

/** One layer of a network under one budget. Layers come in the order of the network. */
export interface BudgetRow {
  readonly budget: string;
  readonly layer: string;
  readonly sparsity: number;
  readonly multiplyAdds: number;
  readonly denseMultiplyAdds: number;
}

export interface BudgetsByLayerOptions {
  /** Of the figures' files, which end in -sparsity and -multiply-adds. */
  readonly name: string;
  /** Whose budgets these are: "ResNet-50 at 90 % sparsity". */
  readonly subject: string;
}

/**
 * Budgets of a deep network, as papers show them: the sparsity of every layer by its number, and its multiply-adds. Layers whose names
 * begin alike up to a dot are set apart as stages.
 */
export function budgetsByLayer(rows: readonly BudgetRow[], { name, subject }: BudgetsByLayerOptions): Figure[] {
  const budgets = [...new Set(rows.map((row) => row.budget))];
  const layers = [...new Set(rows.map((row) => row.layer))];
  const data = rows.map((row): NumberedRow => ({ ...row, number: layers.indexOf(row.layer) + 1 }));
  const plot: Plot = { data, budgets, layers };
  const described = `Lines for ${budgets.join(', ')} over ${layers.length} layers.`;
  return [
    {
      name: `${name}-sparsity`,
      title: `Sparsity by layer: ${subject}`,
      description: `${described} The sparsity of each layer.`,
      spec: { width: WIDTH, height: HEIGHT, layer: sparsityMarks(plot), config },
      rows: data,
    },
    {
      name: `${name}-multiply-adds`,
      title: `Multiply-adds by layer: ${subject}`,
      description: `${described} The multiply-adds that are left of each layer; bars: all of them, before pruning.`,
      spec: { width: WIDTH, height: HEIGHT, layer: multiplyAddsMarks(plot), config },
      rows: data,
    },
  ];
}

// --- helpers ---

const WIDTH = TWO_COLUMNS - 60;
const HEIGHT = 170;
/** Between the ends of the axis and the first and the last layer. */
const MARGIN = 0.8;

type NumberedRow = FigureRow & BudgetRow & { readonly number: number };
interface Plot {
  readonly data: readonly NumberedRow[];
  readonly budgets: readonly string[];
  readonly layers: readonly string[];
}

function sparsityMarks(plot: Plot): Mark[] {
  const y: Channel<'y'> = {
    field: 'sparsity',
    type: 'quantitative',
    title: 'Sparsity (%)',
    scale: { domain: [0, 1], nice: false },
    axis: { labelExpr: PERCENT_LABELS, values: [0, 0.2, 0.4, 0.6, 0.8, 1] },
  };
  return [...stageMarks(plot), ...budgetMarks(plot, y)];
}

function multiplyAddsMarks(plot: Plot): Mark[] {
  const { data, budgets } = plot;
  const dense = data.filter((row) => row.budget === budgets[0]);
  const largest = Math.max(...dense.map((row) => row.denseMultiplyAdds));
  const { unit, labelExpr } = countAxis(largest);
  const y: Channel<'y'> = {
    field: 'multiplyAdds',
    type: 'quantitative',
    title: `Multiply-adds${unit}`,
    scale: { domain: [0, largest], nice: false },
    axis: { labelExpr, tickCount: 5 },
  };
  const bars: Mark = {
    data: { values: [...dense] },
    mark: { type: 'bar', color: GRID, size: (0.7 * WIDTH) / plot.layers.length },
    encoding: { x: layerChannel(plot), y: { ...y, field: 'denseMultiplyAdds' } },
  };
  return [...stageMarks(plot), bars, ...budgetMarks(plot, y)];
}

function budgetMarks(plot: Plot, y: Channel<'y'>): Mark[] {
  const { data, budgets } = plot;
  const styles = stylesInOrder(budgets);
  const x = layerChannel(plot);
  const legend = { ...legendAbove(budgets, WIDTH), offset: FONT_SIZE + 12 };
  const scale = (pick: Parameters<typeof methodScale>[2]) =>
    ({ field: 'budget', type: 'nominal', scale: methodScale(budgets, styles, pick), legend }) as const;
  const color = scale((style) => style.color) as Channel<'color'>;
  const shape = scale((style) => style.shape) as Channel<'shape'>;
  const values = [...data];
  return [
    { data: { values }, mark: { type: 'line', strokeWidth: 1 }, encoding: { x, y, color } },
    { data: { values }, mark: { type: 'point', size: 14, strokeWidth: 1, filled: true, opacity: 1 }, encoding: { x, y, color, shape } },
  ];
}

const layerChannel = ({ layers }: Plot): Channel<'x'> => ({
  field: 'number',
  type: 'quantitative',
  title: 'Layer',
  scale: { domain: [1 - MARGIN, layers.length + MARGIN], nice: false, zero: false, padding: 0 },
  axis: { values: layers.map((_, i) => i + 1).filter((n) => n === 1 || n % 5 === 0 || n === layers.length), labelOverlap: 'greedy' },
});

/** A line before each stage and behind the last one, and their names above the plot. */
function stageMarks(plot: Plot): Mark[] {
  const stages = stagesOf(plot.layers);
  const x = layerChannel(plot);
  const borders = [...new Set(stages.flatMap(({ first, last }) => [first - 0.5, last + 0.5]))].map((number) => ({ number }));
  const names = stages.map(({ name, first, last }) => ({ name, number: (first + last) / 2 }));
  return [
    { data: { values: borders }, mark: { type: 'rule', color: GRID, strokeWidth: 1 }, encoding: { x } },
    {
      data: { values: names },
      mark: { type: 'text', baseline: 'bottom', dy: -2, fill: INK, fontSize: FONT_SIZE },
      encoding: { x, y: { value: 0 }, text: { field: 'name' } },
    },
  ];
}

function stagesOf(layers: readonly string[]): { readonly name: string; readonly first: number; readonly last: number }[] {
  const prefixes = layers.map((layer) => (layer.includes('.') ? layer.slice(0, layer.indexOf('.')) : undefined));
  return [...new Set(prefixes)].flatMap((name) =>
    name === undefined ? [] : [{ name, first: prefixes.indexOf(name) + 1, last: prefixes.lastIndexOf(name) + 1 }],
  );
}
