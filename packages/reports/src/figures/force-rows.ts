import type { LayerLog, StateLog } from '@espalier/core/results';
import type { RunGroup } from '../run-groups.ts';
import { mean } from '../statistics.ts';
import type { FigureRow } from './figure.ts';
import { commonSteps, type Logs, meanOf } from './time-series.ts';

export type ForceRow = FigureRow & {
  readonly method: string;
  readonly layer: string;
  /** Name of the trained variable in the pruner's state. */
  readonly variable: string;
  readonly epoch: number;
  readonly value: number;
  readonly threshold: number | null;
  readonly task: number;
  readonly decay: number;
  readonly correction: number;
  readonly sum: number;
};

/** What moved each trained variable of a method's state: a row per layer, variable and step, means over the seeds. */
export function forceRows({ method, finished }: RunGroup, logs: Logs): ForceRow[] {
  const steps = commonSteps(finished, logs);
  const layers = steps[0]?.[0]?.layers ?? [];
  return layers.flatMap(({ name, state = {} }, index) =>
    Object.keys(state).flatMap((variable) =>
      steps.flatMap((entries) => {
        const logged = entries.flatMap(({ layers }) => layers[index] ?? []);
        const states = logged.flatMap(({ state }) => state?.[variable] ?? []);
        if (states.length < entries.length) return [];
        const average = (key: keyof StateLog) => mean(states.map((one) => one[key]));
        const forces = { task: average('task'), decay: average('decay'), correction: average('correction') };
        return [
          {
            method,
            layer: name,
            index: index + 1,
            variable,
            step: entries[0]?.step ?? 0,
            epoch: meanOf(entries, (entry) => entry.epoch),
            value: average('value'),
            threshold: meanThreshold(logged),
            ...forces,
            sum: forces.task + forces.decay + forces.correction,
            seeds: entries.length,
          },
        ];
      }),
    ),
  );
}

/** The epoch at which the sum of the forces first changes its sign, between two rows of one layer; undefined if it never does. */
export function firstBalance(rows: readonly ForceRow[]): number | undefined {
  let before: ForceRow | undefined;
  for (const row of rows.filter(({ sum }) => sum !== 0)) {
    if (before && before.sum > 0 !== row.sum > 0) {
      return before.epoch + ((row.epoch - before.epoch) * before.sum) / (before.sum - row.sum);
    }
    before = row;
  }
  return undefined;
}

// --- helpers ---

function meanThreshold(layers: readonly LayerLog[]): number | null {
  const thresholds = layers.flatMap(({ threshold }) => threshold ?? []);
  return thresholds.length ? mean(thresholds) : null;
}
