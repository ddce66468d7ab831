import type { TopLevelSpec } from 'vega-lite';
import type { Channel, Figure, FigureRow } from './figure.ts';
import { INK } from './styles.ts';
import { config, legendAbove, ONE_COLUMN } from './theme.ts';

/** A point of a curve: what an estimator makes of a gradient at a distance from the threshold. */
export type EstimatorRow = FigureRow & {
  /** Which estimator; one plot for each. */
  readonly estimator: string;
  /** |W|/τ */
  readonly ratio: number;
  /** Factor on G in ∂L/∂W. */
  readonly weight: number;
  /** Factor on −G·sign(W) in ∂L/∂τ. */
  readonly threshold: number;
};

const COLUMNS = 2;
const WIDTH = 112;
const HEIGHT = 64;
const WEIGHT = 'weight: ∂L/∂W ÷ G';
const THRESHOLD = 'threshold: ∂L/∂τ ÷ −G·sign(W)';

/**
 * What each estimator lets through, against |W|/τ: a plot for each, since steps at 0 and 1 would hide one another, with a line for the
 * weight and one for the threshold.
 */
export function estimatorCurves(rows: readonly EstimatorRow[]): Figure {
  const estimators = [...new Set(rows.map((row) => row.estimator))];
  const factors = rows.flatMap((row) => [row.weight, row.threshold]);
  const [low, high] = [Math.min(0, ...factors), Math.max(1, ...factors)];
  const margin = 0.06 * (high - low);
  const far = Math.max(...rows.map((row) => row.ratio));
  const legend = { ...legendAbove([WEIGHT, THRESHOLD], ONE_COLUMN - 50, 'stroke'), values: [WEIGHT, THRESHOLD] };
  const plots = estimators.map((name, index): Plot => {
    const isLowest = index >= estimators.length - COLUMNS;
    const x: Channel<'x'> = {
      field: 'ratio',
      type: 'quantitative',
      title: isLowest ? '|W| / τ' : null,
      scale: { domain: [0, far], nice: false },
      axis: isLowest ? { tickCount: 4 } : { labels: false, ticks: false },
    };
    const y: Channel<'y'> = {
      field: 'factor',
      type: 'quantitative',
      title: index % COLUMNS === 0 ? 'Factor' : null,
      scale: { domain: [low - margin, high + margin], nice: false },
      axis: { tickCount: 3, format: '.3~g' },
    };
    const channel = (range: readonly unknown[]) => ({
      field: 'of',
      type: 'nominal',
      scale: { domain: [WEIGHT, THRESHOLD], range: [...range] },
      legend,
    });
    return {
      title: name,
      width: WIDTH,
      height: HEIGHT,
      data: {
        values: rows
          .filter((row) => row.estimator === name)
          .flatMap(({ ratio, weight, threshold }) => [
            { ratio, of: WEIGHT, factor: weight },
            { ratio, of: THRESHOLD, factor: threshold },
          ]),
      },
      mark: { type: 'line', strokeWidth: 1.25 },
      encoding: {
        x,
        y,
        color: channel([INK, '#d55e00']) as Channel<'color'>,
        strokeDash: channel([[], [4, 2]]) as Channel<'strokeDash'>,
      },
    };
  });
  return {
    name: 'estimator-curves',
    title: 'What the estimators let through',
    description:
      `One plot for each of ${estimators.join(', ')}, over the magnitude of a weight as a multiple of its threshold. ` +
      "A solid line: the factor on the gradient of the weight. A dashed one: the factor in its share of the threshold's gradient.",
    spec: { columns: COLUMNS, spacing: { row: 8, column: 10 }, concat: plots, config },
    rows,
  };
}

// --- helpers ---

type Plot = Extract<Extract<TopLevelSpec, { concat: unknown[] }>['concat'][number], { mark: unknown }>;
