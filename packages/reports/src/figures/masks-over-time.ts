import type { LayerLog, RunResult } from '@espalier/core/results';
import type { RunGroup } from '../run-groups.ts';
import { atSparsity, type Case, casesBySparsity } from './cases.ts';
import type { Channel, Figure, FigureRow, Panel } from './figure.ts';
import { config, methodChannels, ONE_COLUMN, PERCENT_LABELS } from './theme.ts';
import { allCommonSteps, type Logs, meanOf, type StepEntry, thinned } from './time-series.ts';

const WIDTH = ONE_COLUMN - 60;
const HEIGHT = 90;

/**
 * How much the masks move: two plots over the epochs, the changes that a weight has seen so far on average, from zero or to it, and the
 * share of the weights that was ever active; a line per method, means over the seeds.
 */
export function masksOverTime(results: readonly RunResult[], logs: Logs): Figure[] {
  return casesBySparsity(results).flatMap((each) => {
    const rows = each.groups.flatMap((group) => maskRows(group, logs));
    if (!rows.length) return [];
    const methods = [...new Set(rows.map((row) => row.method))];
    return [
      {
        name: `masks-over-time${each.suffix}`,
        title: `Changes of the masks during training ${atSparsity(each.requested)}`,
        description:
          `Lines for ${methods.join(', ')} over the epochs (${each.terms}). Above, how often a weight has become zero or ` +
          'nonzero so far, on average; below, the share of the weights that was nonzero at the start or at any logged step since.',
        spec: {
          data: { values: rows },
          vconcat: [panel(each, methods, CHANGES), panel(each, methods, EVER_ACTIVE)],
          spacing: 10,
          config,
        },
        rows,
      },
    ];
  });
}

// --- helpers ---

type MaskRow = FigureRow & { readonly method: string; readonly changes: number; readonly everActive: number };

function maskRows({ method, finished }: RunGroup, logs: Logs): MaskRow[] {
  const sizes = new Map(finished.flatMap(({ layers }) => layers.map(({ name, size }) => [name, size])));
  const steps = allCommonSteps(finished, logs).filter((entries) => entries.every(({ layers }) => layers.every(isWatched)));
  const share = (entries: readonly StepEntry[], key: 'churn' | 'everActive') =>
    meanOf(entries, ({ layers }) => weighted(layers, sizes, key));
  let changes = 0;
  const rows = steps.map((entries) => {
    const churn = share(entries, 'churn');
    changes += churn;
    const epoch = meanOf(entries, (entry) => entry.epoch);
    return { method, step: entries[0]?.step ?? 0, epoch, churn, changes, everActive: share(entries, 'everActive'), seeds: entries.length };
  });
  return thinned(rows);
}

const isWatched = ({ churn, everActive }: LayerLog): boolean => churn !== undefined && everActive !== undefined;

/** Over all weights, so that a layer counts by its size. */
function weighted(layers: readonly LayerLog[], sizes: ReadonlyMap<string, number>, key: 'churn' | 'everActive'): number {
  const of = ({ name }: LayerLog) => sizes.get(name) ?? 0;
  const total = layers.reduce((sum, layer) => sum + of(layer), 0);
  return layers.reduce((sum, layer) => sum + of(layer) * (layer[key] ?? 0), 0) / total;
}

interface Quantity {
  readonly field: string;
  readonly title: string;
  readonly axis: NonNullable<Extract<Channel<'y'>, { axis?: unknown }>['axis']>;
  readonly isLowest: boolean;
}
const CHANGES: Quantity = { field: 'changes', title: 'Changes per weight', axis: { tickCount: 4, format: '.3~g' }, isLowest: false };
const EVER_ACTIVE: Quantity = {
  field: 'everActive',
  title: 'Ever active (%)',
  axis: { labelExpr: PERCENT_LABELS, tickCount: 4 },
  isLowest: true,
};

function panel({ styles }: Case, methods: readonly string[], { field, title, axis, isLowest }: Quantity): Panel {
  const x: Channel<'x'> = {
    field: 'epoch',
    type: 'quantitative',
    title: isLowest ? 'Epoch' : null,
    scale: { nice: false, zero: true },
    axis: isLowest ? { tickCount: 6, tickMinStep: 1 } : { labels: false, ticks: false },
  };
  const y: Channel<'y'> = { field, type: 'quantitative', title, axis };
  return {
    width: WIDTH,
    height: HEIGHT,
    layer: [{ mark: { type: 'line', strokeWidth: 1.5 }, encoding: { x, y, ...methodChannels(methods, styles) } }],
  };
}
