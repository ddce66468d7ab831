import type { RunResult } from '@espalier/core/results';
import { type Asked, sparsityAsked } from '../asked.ts';
import { textWidth } from '../render/font.ts';
import { atSparsity, casesBySparsity, methodsOf } from './cases.ts';
import type { Channel, Figure, Mark, Panel } from './figure.ts';
import { type LayerRow, layerRows } from './layer-rows.ts';
import { sparsityAxis } from './sparsity-axis.ts';
import { INK, type MethodStyles } from './styles.ts';
import { config, countAxis, FONT_SIZE, legendAbove, methodScale, ONE_COLUMN, TWO_COLUMNS } from './theme.ts';

/** More bars than this don't fit a column: many layers are drawn as lines over the width of the page. */
const MOST_BARS = 64;
const HEIGHT = 110;

/** Where each method puts the zeros, and what is left to compute: two panels over the layers, one figure per requested sparsity. */
export function layerBudget(results: readonly RunResult[]): Figure[] {
  return casesBySparsity(results).map(({ groups, suffix, terms, styles, requested }) => {
    const rows = groups.flatMap(layerRows);
    const methods = methodsOf(groups);
    const layers = [...new Set(rows.map((row) => row.layer))];
    const bars = layers.length * methods.length <= MOST_BARS;
    const width = (bars ? ONE_COLUMN : TWO_COLUMNS) - MARGIN - (requested === null ? 8 : 44);
    const budget = { rows, methods, layers, styles, requested, bars, width };
    return {
      name: `layer-budget${suffix}`,
      title: `Sparsity and multiply-adds by layer ${atSparsity(requested)}`,
      description:
        `${bars ? 'Bars' : 'Lines'} for ${methods.join(', ')} over ${layers.length} layers (${terms}). ` +
        'Above, the sparsity of each layer, on an axis that is logarithmic in the weights left; below, its multiply-adds.',
      spec: { vconcat: [sparsityPanel(budget), multiplyAddsPanel(budget)], spacing: 12, config },
      rows,
    };
  });
}

// --- helpers ---

/** What the labels and the title of the y axis take. */
const MARGIN = 52;

interface Budget {
  readonly rows: readonly LayerRow[];
  readonly methods: readonly string[];
  readonly layers: readonly string[];
  readonly styles: MethodStyles;
  readonly requested: Asked;
  readonly bars: boolean;
  readonly width: number;
}

function sparsityPanel(budget: Budget): Panel {
  const { rows, width } = budget;
  const requested = sparsityAsked(budget.requested);
  const wanted = requested === null ? [] : [requested];
  const left = [...rows.map((row) => row.sparsity), ...wanted, 0.5].filter((sparsity) => sparsity < 1).map((sparsity) => 1 - sparsity);
  const { domain, ticks, labelExpr } = sparsityAxis([Math.min(...left) / 1.1, 1], HEIGHT, wanted, false);
  // A layer without any weight is drawn up to the end of the axis.
  const values = rows.map((row) => ({ ...row, left: Math.max(1 - row.sparsity, domain[0]) }));
  const y: Channel<'y'> = {
    field: 'left',
    type: 'quantitative',
    title: 'Sparsity (%)',
    scale: { type: 'log', domain: [...domain], reverse: true, nice: false },
    axis: { labelExpr, values: [...ticks] },
  };
  const x: Channel<'x'> = { ...layerChannel(budget), axis: { labels: false, ticks: false } };
  const marks = methodMarks(budget, x, y, { datum: 1 });
  return { data: { values }, width, height: HEIGHT, layer: requested === null ? marks : [...marks, ...overallRule(requested, width)] };
}

/** The requested overall sparsity, across all layers. */
function overallRule(requested: number, width: number): Mark[] {
  const data = { values: [{ left: 1 - requested, text: 'overall' }] };
  const y: Channel<'y'> = { field: 'left', type: 'quantitative' };
  return [
    { data, mark: { type: 'rule', strokeDash: [4, 3], color: INK, strokeWidth: 1 }, encoding: { y } },
    { data, mark: { type: 'text', align: 'left', dx: 4 }, encoding: { y, x: { value: width }, text: { field: 'text' } } },
  ];
}

function multiplyAddsPanel(budget: Budget): Panel {
  const { rows, layers, width } = budget;
  const { unit, labelExpr } = countAxis(Math.max(...rows.map((row) => row.multiplyAdds)));
  const y: Channel<'y'> = { field: 'multiplyAdds', type: 'quantitative', title: `Multiply-adds${unit}`, axis: { labelExpr, tickCount: 4 } };
  const step = width / layers.length;
  const level = layers.every((layer) => textWidth(layer, FONT_SIZE) < step - 4);
  const labels = { labelAngle: level ? 0 : -90, labelOverlap: false, labelFontSize: Math.min(FONT_SIZE, step - 1.5) };
  const x: Channel<'x'> = { ...layerChannel(budget), axis: labels };
  return { data: { values: [...rows] }, width, height: HEIGHT, layer: methodMarks(budget, x, y) };
}

const layerChannel = ({ layers }: Budget) => ({
  field: 'layer',
  type: 'nominal' as const,
  sort: null,
  title: null,
  scale: { domain: [...layers] },
});

/** Bars side by side, or lines with points for many layers. */
function methodMarks({ methods, styles, bars }: Budget, x: Channel<'x'>, y: Channel<'y'>, y2?: Channel<'y2'>): Mark[] {
  const legend = legendAbove(methods, (bars ? ONE_COLUMN : TWO_COLUMNS) - MARGIN, bars ? 'square' : undefined);
  const color: Channel<'color'> = {
    field: 'method',
    type: 'nominal',
    scale: methodScale(methods, styles, (style) => style.color),
    legend,
  };
  if (bars) {
    const xOffset: Channel<'xOffset'> = { field: 'method', type: 'nominal', scale: { domain: [...methods], paddingInner: 0.1 } };
    return [{ mark: { type: 'bar' }, encoding: { x, y, xOffset, color, ...(y2 && { y2 }) } }];
  }
  const shape: Channel<'shape'> = {
    field: 'method',
    type: 'nominal',
    scale: methodScale(methods, styles, (style) => style.shape),
    legend,
  };
  return [
    { mark: { type: 'line', strokeWidth: 0.8, opacity: 0.7 }, encoding: { x, y, color } },
    { mark: { type: 'point', size: 18, strokeWidth: 1, opacity: 1 }, encoding: { x, y, color, shape } },
  ];
}
