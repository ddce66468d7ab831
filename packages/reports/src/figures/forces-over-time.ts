import type { RunResult } from '@espalier/core/results';
import type { TopLevelSpec } from 'vega-lite';
import type { Asked } from '../asked.ts';
import { slug } from '../format.ts';
import { groupBy, type RunGroup } from '../run-groups.ts';
import { atSparsity, type Case, casesBySparsity } from './cases.ts';
import type { Channel, Figure, Mark } from './figure.ts';
import { type ForceRow, firstBalance, forceRows } from './force-rows.ts';
import { INK } from './styles.ts';
import { config, legendAbove, ONE_COLUMN } from './theme.ts';
import type { Logs } from './time-series.ts';

/** Of more layers than this, so many are drawn, from the first to the last; the data have them all. */
const MOST_PLOTS = 6;
const COLUMNS = 2;
const WIDTH = 102;
const VALUE_HEIGHT = 54;
const FORCES_HEIGHT = 74;
/** Forces beyond so many times the largest one of the task, and so many times what there is at the end, are cut off. */
const MOST_TIMES_TASK = 2.5;
const MOST_TIMES_END = 1.5;
/** Room for labels, the same everywhere, so that titles stand in line. */
const LABEL_EXTENT = 36;

/**
 * What moves the learned thresholds: per layer the threshold, below it the forces on what is trained (s), over the epochs; one figure per
 * method that logs them, means over the seeds.
 */
export function forcesOverTime(results: readonly RunResult[], logs: Logs): Figure[] {
  return casesBySparsity(results).flatMap((each) => each.groups.flatMap((group) => figureOf(each, group, logs)));
}

// --- helpers ---

type Plot = Extract<Extract<TopLevelSpec, { concat: unknown[] }>['concat'][number], { vconcat: unknown[] }>;
type Force = (typeof FORCES)[number];

const FORCES = [
  { field: 'task', label: 'task', color: '#d55e00', dash: [] },
  { field: 'decay', label: 'weight decay', color: '#0072b2', dash: [6, 2] },
  { field: 'correction', label: 'correction', color: '#009e73', dash: [2, 2] },
] as const;
const SUM = { field: 'sum', label: 'sum', color: INK, dash: [] } as const;

function figureOf({ suffix, terms, requested }: Case & { readonly requested: Asked }, group: RunGroup, logs: Logs): Figure[] {
  const rows = forceRows(group, logs);
  if (!rows.length) return [];
  const { method } = group;
  const several = new Set(rows.map((row) => row.variable)).size > 1;
  const all = [...groupBy(rows, (row) => (several ? `${row.layer}, ${row.variable}` : row.layer))];
  const drawn = evenly(all, MOST_PLOTS);
  const forces = FORCES.filter(({ field }) => rows.some((row) => row[field] !== 0));
  const plots = drawn.map(([title, own], index) =>
    plotOf(title, own, forces, { isLeft: index % COLUMNS === 0, isLowest: index + COLUMNS >= drawn.length }),
  );
  const shown = all.length === drawn.length ? `each of ${all.length} layers` : `${drawn.length} of ${all.length} layers`;
  return [
    {
      name: `forces-over-time${suffix}-${slug(method)}`,
      title: `What moves the thresholds of ${method} ${atSparsity(requested)}`,
      description:
        `For ${shown}: above, the threshold over the epochs; below, the forces on what is trained, positive ones raising it, ` +
        `the largest of the start cut off. The rule marks where their sum, the dark line, first changes its sign (${terms}).`,
      spec: { columns: COLUMNS, spacing: { row: 12, column: 10 }, concat: plots, config },
      rows,
    },
  ];
}

interface Place {
  readonly isLeft: boolean;
  readonly isLowest: boolean;
}

function plotOf(title: string, rows: readonly ForceRow[], forces: readonly Force[], place: Place): Plot {
  const rule = balanceRule(firstBalance(rows));
  return {
    title,
    spacing: 8,
    data: { values: [...rows] },
    vconcat: [
      { width: WIDTH, height: VALUE_HEIGHT, layer: [...rule, valueLine(rows, place)] },
      { width: WIDTH, height: FORCES_HEIGHT, layer: [...rule, forceLines(rows, forces, place)] },
    ],
  };
}

function balanceRule(epoch: number | undefined): Mark[] {
  if (epoch === undefined) return [];
  const x: Channel<'x'> = { field: 'epoch', type: 'quantitative' };
  return [{ data: { values: [{ epoch }] }, mark: { type: 'rule', color: INK, strokeWidth: 0.75, strokeDash: [2, 2] }, encoding: { x } }];
}

/** The threshold, or the trained variable itself for a method without one. */
function valueLine(rows: readonly ForceRow[], { isLeft }: Place): Mark {
  const [field, title] = rows.every((row) => row.threshold !== null) ? ['threshold', 'Threshold'] : ['value', 'Value'];
  const y: Channel<'y'> = {
    field: field as string,
    type: 'quantitative',
    title: isLeft ? (title as string) : null,
    axis: { tickCount: 2, format: '.3~g', minExtent: LABEL_EXTENT },
  };
  return { mark: { type: 'line', strokeWidth: 1.25, color: INK }, encoding: { x: epochs(rows, false), y } };
}

function forceLines(rows: readonly ForceRow[], forces: readonly Force[], { isLeft, isLowest }: Place): Mark {
  const lines = [...forces, SUM];
  const labels = lines.map(({ label }) => label);
  const legend = legendAbove(labels, ONE_COLUMN - 50, 'stroke');
  const channel = (range: unknown[]) => ({ field: 'force', type: 'nominal', scale: { domain: labels, range }, legend });
  const y: Channel<'y'> = {
    field: 'strength',
    type: 'quantitative',
    title: isLeft ? 'Force' : null,
    scale: { domain: forceDomain(rows, lines), nice: false },
    axis: { tickCount: 4, format: '.3~g', minExtent: LABEL_EXTENT },
  };
  return {
    transform: [
      { fold: lines.map(({ field }) => field), as: ['name', 'strength'] },
      { calculate: `${JSON.stringify(Object.fromEntries(lines.map(({ field, label }) => [field, label])))}[datum.name]`, as: 'force' },
    ],
    mark: { type: 'line', strokeWidth: 1.25, clip: true },
    encoding: {
      x: epochs(rows, isLowest),
      y,
      color: channel(lines.map(({ color }) => color)) as Channel<'color'>,
      strokeDash: channel(lines.map(({ dash }) => [...dash])) as Channel<'strokeDash'>,
    },
  };
}

const epochs = (rows: readonly ForceRow[], labels: boolean): Channel<'x'> => ({
  field: 'epoch',
  type: 'quantitative',
  title: labels ? 'Epoch' : null,
  scale: { domain: [0, Math.max(...rows.map((row) => row.epoch))], nice: false },
  axis: labels ? { tickCount: 4, tickMinStep: 1 } : { labels: false, ticks: false },
});

/** Up to a few times what the task does, or what is left at the end: the decay of an s that starts at −3200 would press all else flat. */
function forceDomain(rows: readonly ForceRow[], lines: readonly (Force | typeof SUM)[]): [number, number] {
  const all = lines.flatMap(({ field }) => rows.map((row) => row[field]));
  const strongest = (fields: typeof lines, among: readonly ForceRow[]) =>
    Math.max(...fields.flatMap(({ field }) => among.map((row) => Math.abs(row[field]))));
  const task = strongest([FORCES[0]], rows);
  const most = task ? Math.max(MOST_TIMES_TASK * task, MOST_TIMES_END * strongest(lines, rows.slice(-1))) : Number.POSITIVE_INFINITY;
  return [Math.max(Math.min(0, ...all), -most), Math.min(Math.max(0, ...all), most)];
}

function evenly<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, index) => list[Math.round((index * (list.length - 1)) / (most - 1))] as T);
}
