import type { RunResult } from '@espalier/core/results';
import { percent } from '../format.ts';
import type { RunGroup } from '../run-groups.ts';
import { mean, sampleDeviation } from '../statistics.ts';
import { accuracyAxis } from './accuracy-axis.ts';
import { type Case, casesBySetting, methodsOf } from './cases.ts';
import type { Channel, Figure, FigureRow, Mark } from './figure.ts';
import { sparsityAxis } from './sparsity-axis.ts';
import { INK } from './styles.ts';
import { config, legendAbove, methodScale, ONE_COLUMN } from './theme.ts';

const WIDTH = ONE_COLUMN - 60;
const HEIGHT = 180;
/** Pixels between methods at the same sparsity, so that error bars stay apart. */
const APART = 4;

/** Test accuracy against reached sparsity: one line per method, error bars over seeds, the dense accuracy as a dashed rule. */
export function accuracyVsSparsity(results: readonly RunResult[]): Figure[] {
  return casesBySetting(results).flatMap((each) => {
    const pruned = each.groups.filter((group) => !group.dense);
    if (!pruned.length) return [];
    const rows = each.groups.map(pointOf);
    const several = rows.some((row) => row.seeds > 1);
    const methods = methodsOf(pruned);
    return [
      {
        name: `accuracy-vs-sparsity${each.suffix}`,
        title: 'Test accuracy against sparsity',
        description:
          `Lines for ${methods.join(', ')} (${each.terms}). The sparsity axis is logarithmic in the weights left; ` +
          `methods are set slightly apart sideways.${several ? ' Error bars: sample standard deviation over seeds.' : ''}`,
        spec: { width: WIDTH, height: HEIGHT, layer: marks(each, methods, rows), config },
        rows,
      },
    ];
  });
}

// --- helpers ---

type Point = FigureRow & {
  readonly method: string;
  readonly requested: number | null;
  readonly sparsity: number;
  readonly accuracy: number;
  readonly seeds: number;
};

function pointOf({ method, requested, finished }: RunGroup): Point {
  const accuracies = finished.map((run) => run.accuracy);
  return {
    method,
    requested,
    sparsity: mean(finished.map((run) => run.sparsity)),
    accuracy: mean(accuracies),
    accuracyDeviation: sampleDeviation(accuracies) ?? null,
    seeds: finished.length,
    runs: finished.map((run) => run.id).join(' '),
  };
}

function marks({ groups, styles }: Case, methods: readonly string[], rows: readonly Point[]): Mark[] {
  const axis = axisFor(
    rows.filter((row) => methods.includes(row.method)),
    methods.length,
  );
  const values = rows.flatMap((row) => {
    const index = methods.indexOf(row.method);
    if (index < 0) return [];
    const { accuracy, accuracyDeviation } = row;
    const deviation = Number(accuracyDeviation ?? 0);
    return [{ ...row, left: axis.left(row.sparsity, index), low: accuracy - deviation, high: accuracy + deviation }];
  });
  const dense = rows.filter((_, index) => groups[index]?.dense).map(({ accuracy }) => ({ accuracy, text: `dense ${percent(accuracy)}` }));
  const x: Channel<'x'> = {
    field: 'left',
    type: 'quantitative',
    title: 'Sparsity (%)',
    scale: { type: 'log', domain: [...axis.domain], reverse: true, nice: false },
    axis: { values: [...axis.ticks], labelExpr: axis.labelExpr, labelOverlap: false },
  };
  const accuracies = accuracyAxis([...values.flatMap(({ low, high }) => [low, high]), ...dense.map((rule) => rule.accuracy)], HEIGHT);
  const y: Channel<'y'> = {
    field: 'accuracy',
    type: 'quantitative',
    title: 'Test accuracy (%)',
    scale: { domain: accuracies.domain, nice: false, zero: false },
    axis: { values: accuracies.ticks, labelExpr: accuracies.labelExpr },
  };
  const legend = legendAbove(methods, ONE_COLUMN - 50);
  const scale = (pick: Parameters<typeof methodScale>[2]) => ({
    field: 'method',
    type: 'nominal',
    scale: methodScale(methods, styles, pick),
    legend,
  });
  const color = scale((style) => style.color) as Channel<'color'>;
  const shape = scale((style) => style.shape) as Channel<'shape'>;
  const low: Channel<'y'> = { ...y, field: 'low' };
  return [
    { data: { values: dense }, mark: { type: 'rule', strokeDash: [4, 3], color: INK }, encoding: { y } },
    {
      data: { values: dense },
      mark: { type: 'text', align: 'right', baseline: 'bottom', dy: -2 },
      encoding: { y, x: { value: WIDTH }, text: { field: 'text' } },
    },
    { data: { values }, mark: { type: 'rule', strokeWidth: 1 }, encoding: { x, y: low, y2: { field: 'high' }, color } },
    { data: { values }, mark: { type: 'line', strokeWidth: 1.25 }, encoding: { x, y, color } },
    { data: { values }, mark: { type: 'point', size: 26, filled: true, opacity: 1 }, encoding: { x, y, color, shape } },
  ];
}

/** The axis, with room at both ends for methods that are set apart by whole pixels. */
function axisFor(rows: readonly Point[], methods: number) {
  const least = Math.min(...rows.filter((row) => row.sparsity < 1).map((row) => 1 - row.sparsity), 0.99);
  const left = (sparsity: number) => Math.max(1 - sparsity, least);
  const most = Math.max(...rows.map((row) => left(row.sparsity)));
  const single = most / least < 1.1;
  const apart = single ? Math.min(24, (WIDTH - 60) / methods) : APART;
  const margin = (apart * (methods - 1)) / 2 + 10;
  const perPixel = Math.max(Math.log(most / least), Math.log(1.2)) / (WIDTH - 2 * margin);
  const centre = Math.sqrt(most * least);
  const half = Math.exp((WIDTH / 2) * perPixel);
  const wanted = [...new Set(rows.flatMap((row) => row.requested ?? []))].sort((a, b) => a - b);
  const axis = sparsityAxis([centre / half, Math.min(centre * half, 1)], WIDTH, wanted, true);
  return {
    ...axis,
    ticks: single && wanted.length ? wanted.map((sparsity) => 1 - sparsity) : axis.ticks,
    left: (sparsity: number, index: number) => left(sparsity) * Math.exp(-(index - (methods - 1) / 2) * apart * perPixel),
  };
}
