import type { RunResult, Study } from '@espalier/core/results';
import { type Asked, askedPhrase, askedSlug } from '../asked.ts';
import { percent, slug } from '../format.ts';
import { textWidth } from '../render/font.ts';
import { mean } from '../statistics.ts';
import { type StudyPoint, type StudySlice, slicesOf, sparsitiesOf } from '../study-points.ts';
import { asSwap, matrixOf } from '../swap-matrix.ts';
import type { Figure, FigureRow } from './figure.ts';
import { config, FONT_SIZE, TWO_COLUMNS } from './theme.ts';

const CELL_HEIGHT = 20;
const MOST_WIDTH = 56;
/** Colours tell the accuracies of this many points below the best apart; what is lower looks the same and has its number. */
const SPAN = 0.05;

/**
 * The grid of a study as colours: mean accuracy of each combination of its first two axes, one picture per model, data set and requested
 * sparsity. Points without a finished run are blank and say so. Of a swap, the matrix. Nothing for a study that is no grid of two axes.
 */
export function pivotHeatmaps(given: Study, results: readonly RunResult[]): Figure[] {
  const swap = asSwap(given);
  const study = swap ? matrixOf(swap) : given;
  const [rows, columns, ...others] = study.axes.map(({ name }) => name);
  if (study.mode !== 'grid' || !rows || !columns || others.length) return [];
  return slicesOf(study, results).flatMap((slice) =>
    sparsitiesOf(slice.points).map((requested) => {
      const points = slice.points.filter((point) => point.requested === requested);
      return heatmap(study, slice, points, { rows, columns, requested });
    }),
  );
}

// --- helpers ---

interface Grid {
  readonly rows: string;
  readonly columns: string;
  readonly requested: Asked;
}

function heatmap(
  { name, axes }: Study,
  { suffix, terms }: StudySlice,
  points: readonly StudyPoint[],
  { rows, columns, requested }: Grid,
): Figure {
  const values = points.map((point): FigureRow => {
    const accuracies = point.finished.map((run) => run.accuracy);
    return {
      row: point.at[rows] ?? '',
      column: point.at[columns] ?? '',
      accuracy: accuracies.length ? mean(accuracies) : null,
      seeds: accuracies.length,
      failed: point.failed.length,
      missing: point.missing.length,
    };
  });
  const reached = values.flatMap(({ accuracy }) => (typeof accuracy === 'number' ? [accuracy] : []));
  const best = Math.max(...reached, 0);
  const worst = Math.max(Math.min(...reached, best), best - SPAN);
  const shown = values.map((value) => ({ ...value, ...looks(value, worst, best) }));
  const labels = (axis: string, key: 'row' | 'column') =>
    axes.find((one) => one.name === axis)?.values.filter((label) => values.some((value) => value[key] === label)) ?? [];
  const [down, across] = [labels(rows, 'row'), labels(columns, 'column')];
  const margin = Math.max(...down.map((label) => textWidth(label, FONT_SIZE)), 0) + 30;
  const width = Math.min(MOST_WIDTH, Math.floor((TWO_COLUMNS - margin) / across.length)) * across.length;
  const x = {
    field: 'column',
    type: 'nominal',
    sort: null,
    title: columns,
    scale: { domain: across },
    axis: { labelAngle: -35, labelLimit: 140 },
  } as const;
  const y = { field: 'row', type: 'nominal', sort: null, title: rows, scale: { domain: down }, axis: { labelLimit: 160 } } as const;
  const at = askedPhrase(requested);
  return {
    name: `${name}-grid${suffix}-${slug(askedSlug(requested))}`,
    title: `Test accuracy (%) by ${rows} and ${columns}${at}`,
    description: `${down.length} × ${across.length} cells, the lighter the better; the darkest colour stands for ${percent(worst)} % and all below it (${terms}).`,
    spec: {
      data: { values: shown },
      width,
      height: CELL_HEIGHT * down.length,
      layer: [
        {
          mark: { type: 'rect', stroke: '#ffffff', strokeWidth: 1 },
          encoding: {
            x,
            y,
            color: {
              field: 'clipped',
              type: 'quantitative',
              scale: { scheme: 'viridis', domain: [worst, best], clamp: true, nice: false },
              legend: null,
            },
          },
        },
        {
          mark: { type: 'text', fontSize: FONT_SIZE },
          encoding: {
            x,
            y,
            text: { field: 'text', type: 'nominal' },
            color: { condition: { test: 'datum.light', value: DARK_INK }, value: LIGHT_INK },
          },
        },
      ],
      config,
    },
    rows: values,
  };
}

const DARK_INK = '#111111';
const LIGHT_INK = '#ffffff';

/** Blank cells take dark ink as the light ones do. */
function looks({ accuracy, failed }: FigureRow, worst: number, best: number) {
  if (typeof accuracy !== 'number') return { clipped: null, text: failed ? 'failed' : 'missing', light: true };
  const clipped = Math.max(accuracy, worst);
  return { clipped, text: percent(accuracy, 1), light: clipped > worst + 0.4 * (best - worst) };
}
