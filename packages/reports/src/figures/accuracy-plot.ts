import type { CopiedResult, CopiedResults, RunResult } from '@espalier/core/results';
import type { Asked } from '../asked.ts';
import { COPIED, copiedLabel, isOfSameTask } from '../copied.ts';
import { enumerate, percent, slug } from '../format.ts';
import { groupBy, type RunGroup } from '../run-groups.ts';
import { mean, sampleDeviation } from '../statistics.ts';
import { accuracyAxis } from './accuracy-axis.ts';
import { casesBySetting, methodsOf } from './cases.ts';
import type { Channel, FigureRow, Mark } from './figure.ts';
import { INK, type MethodStyles, methodStyles, stylesInOrder } from './styles.ts';
import { legendAbove, methodScale, ONE_COLUMN, TWO_COLUMNS } from './theme.ts';

/** What figures of the accuracy against a cost have in common. */

export const HEIGHT = 180;

/** Of the plot: a column of a paper's page; two for a survey of others, if its legend would be nearly as high as the plot. */
export const widthOf = ({ methods, points }: Pick<AccuracyCase, 'methods' | 'points'>): number =>
  points.every(({ copied }) => copied) && legendOf(methods, points, ONE_COLUMN).rows > MOST_ROWS
    ? TWO_COLUMNS - AROUND
    : ONE_COLUMN - AROUND;

/** A figure's methods: runs of one setting, and what others published of the same network and data. */
export interface AccuracyCase {
  readonly suffix: string;
  readonly terms: string;
  readonly styles: MethodStyles;
  /** Labels, in the order of the legend. */
  readonly methods: readonly string[];
  readonly points: readonly AccuracyPoint[];
  readonly dense: readonly AccuracyPoint[];
}

export interface AccuracyPoint {
  readonly method: string;
  readonly dense: boolean;
  readonly copied: boolean;
  readonly requested: Asked;
  readonly sparsity: number;
  /** Null where it was not published, as the next one. */
  readonly nonzero: number | null;
  readonly multiplyAdds: number | null;
  readonly accuracy: number;
  readonly deviation: number | null;
  readonly seeds: number;
  readonly runs: readonly string[];
}

/** A case per setting, and one per network and data that only others have numbers of. */
export function accuracyCases(results: readonly RunResult[], copied: readonly CopiedResults[]): AccuracyCase[] {
  const cases = casesBySetting(results);
  const strangers = copied.filter((source) => !cases.some(({ groups }) => groups.some((group) => isOfSameTask(source, group))));
  const labels = [...cases.flatMap(({ groups }) => methodsOf(groups)), ...copied.flatMap(labelsOf)];
  const styles = methodStyles(labels);
  const own = cases.map(({ groups, suffix, terms }) => {
    const those = copied.filter((source) => isOfSameTask(source, groups[0] as RunGroup));
    return caseOf(groups.map(pointOfGroup), those, { suffix, terms, styles });
  });
  const others = [...groupBy(strangers, ({ model, data }) => `${model} on ${data}`)].map(([task, sources]) =>
    caseOf([], sources, {
      suffix: `-copied-${slug(task)}`,
      terms: `${task}, ${enumerate(sources.map(({ source }) => source))}`,
      styles: stylesInOrder([...new Set(sources.flatMap(labelsOf))]), // no runs whose styles would have to stay
    }),
  );
  return [...own, ...others];
}

export const rowOf = ({ dense: _, deviation, runs, copied, ...point }: AccuracyPoint): FigureRow => ({
  ...point,
  accuracyDeviation: deviation,
  copied: String(copied),
  runs: runs.join(' '),
});

/** What a caption says of error bars and of hollow points. */
export function pointNotes({ points }: AccuracyCase): string {
  const several = points.some(({ seeds }) => seeds > 1) ? ' Error bars: sample standard deviation over seeds.' : '';
  const copied = points.some((point) => point.copied) ? ' Hollow points on broken lines were copied from others, not trained here.' : '';
  return several + copied;
}

/** Dense accuracies as dashed rules, a line with points per method, error bars. `place` is where a point stands on the x axis. */
export function accuracyMarks(
  { points, dense, methods, styles }: AccuracyCase,
  x: Channel<'x'>,
  place: (point: AccuracyPoint) => number,
): Mark[] {
  const width = widthOf({ points, methods });
  const onlyCopied = points.every(({ copied }) => copied);
  const values = points.map((point) => {
    const { accuracy, deviation } = point;
    const spread = deviation ?? 0;
    return {
      ...rowOf(point),
      isCopied: point.copied,
      place: place(point),
      low: accuracy - spread,
      high: accuracy + spread,
    };
  });
  const rules = dense.map(({ accuracy, copied }) => ({ accuracy, text: `dense ${percent(accuracy)}${copied ? ', copied' : ''}` }));
  const accuracies = accuracyAxis([...values.flatMap(({ low, high }) => [low, high]), ...rules.map((rule) => rule.accuracy)], HEIGHT);
  const y: Channel<'y'> = {
    field: 'accuracy',
    type: 'quantitative',
    title: onlyCopied ? 'Test accuracy, copied (%)' : 'Test accuracy (%)',
    scale: { domain: accuracies.domain, nice: false, zero: false },
    axis: { values: accuracies.ticks, labelExpr: accuracies.labelExpr },
  };
  const { legend } = legendOf(methods, points, width + AROUND);
  const scale = (pick: Parameters<typeof methodScale>[2]) => ({
    field: 'method',
    type: 'nominal',
    scale: methodScale(methods, styles, pick),
    legend,
  });
  const color = scale((style) => style.color) as Channel<'color'>;
  const shape = scale((style) => style.shape) as Channel<'shape'>;
  const low: Channel<'y'> = { ...y, field: 'low' };
  const trained = { values: values.filter(({ isCopied }) => !isCopied) };
  const published = { values: values.filter(({ isCopied }) => isCopied) };
  const solid: Mark[] = [
    { data: trained, mark: { type: 'rule', strokeWidth: 1 }, encoding: { x, y: low, y2: { field: 'high' }, color } },
    { data: trained, mark: { type: 'line', strokeWidth: 1.25 }, encoding: { x, y, color } },
    { data: trained, mark: { type: 'point', size: 26, filled: true, opacity: 1 }, encoding: { x, y, color, shape } },
  ];
  const hollow: Mark[] = [
    { data: published, mark: { type: 'line', strokeWidth: 0.75, strokeDash: [3, 2] }, encoding: { x, y, color } },
    {
      data: published,
      mark: { type: 'point', size: 26, filled: false, fill: PAPER_FILL, strokeWidth: 1.25, opacity: 1 },
      encoding: { x, y, color, shape },
    },
  ];
  return [
    { data: { values: rules }, mark: { type: 'rule', strokeDash: [4, 3], color: INK }, encoding: { y } },
    {
      data: { values: rules },
      mark: { type: 'text', align: 'right', baseline: 'bottom', dy: -2 },
      encoding: { y, x: { value: width }, text: { field: 'text' } },
    },
    ...(onlyCopied ? [] : solid),
    ...(published.values.length ? hollow : []),
  ];
}

// --- helpers ---

/** Hides the lines behind a hollow point. */
const PAPER_FILL = 'white';

/** What stands around the plot: the axis of accuracies. */
const AROUND = 60;
/** Of a legend above a plot that is one column wide. */
const MOST_ROWS = 4;

/** The legend of a figure so wide; where all is copied, the axis says it once. */
function legendOf(methods: readonly string[], points: readonly AccuracyPoint[], width: number) {
  const onlyCopied = points.every(({ copied }) => copied);
  const labels = onlyCopied ? methods.map((method) => method.replace(COPIED, '')) : methods;
  const above = legendAbove(labels, width - 50);
  const legend = onlyCopied ? { ...above, labelExpr: `replace(datum.label, ${JSON.stringify(COPIED)}, '')` } : above;
  return { legend, rows: Math.ceil(methods.length / above.columns) };
}

const labelsOf = ({ results }: CopiedResults): string[] => results.filter(({ sparsity }) => sparsity > 0).map(copiedLabel);

function caseOf(
  own: readonly AccuracyPoint[],
  copied: readonly CopiedResults[],
  common: Pick<AccuracyCase, 'suffix' | 'terms' | 'styles'>,
): AccuracyCase {
  const published = copied.flatMap(({ results }) => results).map(pointOfCopied);
  const points = [...own, ...published].filter(({ dense }) => !dense);
  const controls = own.filter(({ dense }) => dense);
  return {
    ...common,
    methods: [...new Set(points.map(({ method }) => method))],
    points,
    // Whoever publishes has a dense network of their own; one is enough to read the others against.
    dense: controls.length ? controls : published.filter(({ dense }) => dense).slice(0, 1),
  };
}

function pointOfGroup({ method, dense, requested, finished }: RunGroup) {
  const accuracies = finished.map((run) => run.accuracy);
  return {
    method,
    dense,
    copied: false,
    requested,
    sparsity: mean(finished.map((run) => run.sparsity)),
    nonzero: mean(finished.map((run) => run.nonzero)),
    multiplyAdds: mean(finished.map((run) => run.multiplyAdds)),
    accuracy: mean(accuracies),
    deviation: sampleDeviation(accuracies) ?? null,
    seeds: finished.length,
    runs: finished.map((run) => run.id),
  };
}

const pointOfCopied = (result: CopiedResult) => ({
  method: copiedLabel(result),
  dense: result.sparsity === 0,
  copied: true,
  requested: null,
  sparsity: result.sparsity,
  nonzero: result.nonzero ?? null,
  multiplyAdds: result.multiplyAdds ?? null,
  accuracy: result.accuracy,
  deviation: null,
  seeds: 0,
  runs: [],
});
