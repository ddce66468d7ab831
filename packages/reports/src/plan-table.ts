import { si } from './format.ts';
import type { Cell, Column, Row, Table } from './table.ts';

/** A run that would be trained, as `plan()` of `espalier` describes it. */
export interface PlanReport {
  /** As the comparison would name it. */
  readonly method: string;
  readonly seeds: number;
  readonly totalSteps: number;
  readonly layers: readonly { readonly name: string; readonly size: number; readonly nonzero: number; readonly sparsity: number }[];
  readonly multiplyAdds: number;
  readonly denseMultiplyAdds: number;
  readonly trainingMultiplyAdds: number;
  readonly denseTrainingMultiplyAdds: number;
  readonly calendar?: {
    readonly dynamic: boolean;
    readonly updates: readonly { readonly step: number; readonly epoch: number; readonly sparsity: number; readonly nonzero: number }[];
  };
  readonly seconds?: number;
  readonly bytes?: number;
}

/** One row per kind of run: what it ends at, what it costs, what it takes. */
export function planTable(plans: readonly PlanReport[], title: string): Table {
  const unknown = plans.some(({ calendar }) => !calendar);
  const dynamic = plans.some(({ calendar }) => calendar?.dynamic && calendar.updates.length);
  return {
    caption: `Plan: ${title}`,
    columns: [
      left('method', 'Method', true),
      right('sparsity', 'Sparsity', 'percent', '%'),
      right('nonzero', 'Weights left', 'si'),
      right('multiplyAdds', 'Multiply-adds', 'si'),
      right('updates', 'Updates', 'integer'),
      right('first', 'First (epoch)', 'text'),
      right('last', 'Last (epoch)', 'text'),
      right('training', 'Training, multiply-adds', 'si'),
      right('trainingFraction', '… of dense', 'percent', '%', 1),
      right('seconds', 'Time', 'text'),
      right('bytes', 'Memory', 'text'),
      right('runs', 'Runs', 'integer'),
    ],
    rows: plans.map(rowOf),
    footnotes: [
      {
        text: 'Weights and multiply-adds are those of the kernels, with the weights left at the end; training: all steps with all their examples.',
      },
      ...(dynamic
        ? [{ text: 'Where a method ranks the weights of all layers together, layers and multiply-adds are those of the initial weights.' }]
        : []),
      ...(unknown
        ? [
            {
              text: 'Without updates and sparsity: the method can’t tell beforehand what it will leave; its costs are those of a dense network.',
            },
          ]
        : []),
      { text: 'Time: of the training steps of one run, by a few that were measured. Memory: resident, of one run’s process.' },
    ],
  };
}

/** When a run decides what it leaves: all of its updates, or the first, the last and some between. */
export function calendarTable({ method, totalSteps, calendar }: PlanReport, most = Number.POSITIVE_INFINITY): Table | undefined {
  const updates = calendar?.updates ?? [];
  if (!updates.length) return undefined;
  const shown = evenly(updates, most);
  return {
    caption: `Updates of ${method}`,
    columns: [
      right('step', 'Before step', 'text'),
      right('epoch', 'Epochs done', 'text'),
      right('sparsity', 'Sparsity', 'percent', '%'),
      right('nonzero', 'Weights left', 'text'),
    ],
    rows: shown.map(({ step, epoch, sparsity, nonzero }) =>
      row({
        step: step === totalSteps ? 'after the last' : String(step),
        epoch: epoch.toFixed(2),
        sparsity,
        nonzero: nonzero.toLocaleString('en-US'),
      }),
    ),
    footnotes: shown.length < updates.length ? [{ text: `${shown.length} of ${updates.length} updates.` }] : [],
  };
}

/** What is left of each layer at the end: a column per run that can tell. Undefined where none can. */
export function planLayersTable(plans: readonly PlanReport[]): Table | undefined {
  const known = plans.filter(({ calendar }) => calendar?.updates.length);
  if (!known.length) return undefined;
  const layers = plans[0]?.layers ?? [];
  return {
    caption: 'Sparsity of the layers at the end (%)',
    columns: [
      left('layer', 'Layer', true),
      right('size', 'Weights', 'si'),
      ...known.map(({ method }, i) => right(`run${i}`, method, 'percent')),
    ],
    rows: layers.map(({ name, size }, at) =>
      row({ layer: name, size, ...Object.fromEntries(known.map((plan, i) => [`run${i}`, plan.layers[at]?.sparsity ?? null])) }),
    ),
    footnotes: [],
  };
}

// --- helpers ---

const left = (key: string, label: string, identifies = false): Column => ({ key, label, format: 'text', align: 'left', identifies });

const right = (key: string, label: string, format: Column['format'], unit?: Column['unit'], digits?: number): Column => ({
  ...{ key, label, format, align: 'right' },
  ...(unit && { unit }),
  ...(digits !== undefined && { digits }),
});

const row = (values: Readonly<Record<string, Cell['value']>>): Row => ({
  cells: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value, runs: [] }])),
});

function rowOf({ method, seeds, layers, calendar, seconds, bytes, ...costs }: PlanReport): Row {
  const updates = calendar?.updates ?? [];
  const last = updates.at(-1);
  const left = layers.reduce((sum, layer) => sum + layer.nonzero, 0);
  return row({
    method,
    sparsity: calendar ? (last?.sparsity ?? 0) : null,
    nonzero: calendar ? left : null,
    multiplyAdds: calendar ? costs.multiplyAdds : null,
    updates: calendar ? updates.length : null,
    first: updates[0]?.epoch.toFixed(2) ?? null,
    last: last?.epoch.toFixed(2) ?? null,
    training: costs.trainingMultiplyAdds,
    trainingFraction: costs.denseTrainingMultiplyAdds ? costs.trainingMultiplyAdds / costs.denseTrainingMultiplyAdds : null,
    seconds: seconds === undefined ? null : durationText(seconds),
    bytes: bytes === undefined ? null : `${si(bytes)}B`,
    runs: seeds,
  });
}

const durationText = (seconds: number): string =>
  seconds < 90
    ? `${Math.max(1, Math.round(seconds))} s`
    : seconds < 5400
      ? `${Math.round(seconds / 60)} min`
      : `${(seconds / 3600).toFixed(1)} h`;

function evenly<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, index) => list[Math.round((index * (list.length - 1)) / (most - 1))] as T);
}
