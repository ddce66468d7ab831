import type { RunResult } from '@espalier/core/results';
import { atSparsity, casesBySparsity } from './cases.ts';
import type { Channel, Figure } from './figure.ts';
import { config, methodChannels, ONE_COLUMN, PERCENT_LABELS } from './theme.ts';
import { commonSteps, type Logs, meanOf } from './time-series.ts';

const WIDTH = ONE_COLUMN - 60;
const HEIGHT = 150;

/** Overall sparsity against epoch, one line per method, means over the seeds; one figure per requested sparsity. */
export function sparsityOverTime(results: readonly RunResult[], logs: Logs): Figure[] {
  return casesBySparsity(results).flatMap(({ groups, suffix, terms, styles, requested }) => {
    const rows = groups.flatMap(({ method, finished }) =>
      commonSteps(finished, logs).map((entries) => ({
        method,
        step: entries[0]?.step ?? 0,
        epoch: meanOf(entries, (entry) => entry.epoch),
        sparsity: meanOf(entries, (entry) => entry.sparsity),
        seeds: entries.length,
      })),
    );
    const methods = [...new Set(rows.map((row) => row.method))];
    if (!methods.length) return [];
    const x: Channel<'x'> = {
      field: 'epoch',
      type: 'quantitative',
      title: 'Epoch',
      scale: { nice: false, zero: true },
      axis: { tickCount: 6, tickMinStep: 1 },
    };
    const y: Channel<'y'> = {
      field: 'sparsity',
      type: 'quantitative',
      title: 'Sparsity (%)',
      scale: { domain: [0, 1] },
      axis: { labelExpr: PERCENT_LABELS, tickCount: 5 },
    };
    return [
      {
        name: `sparsity-over-time${suffix}`,
        title: `Overall sparsity during training ${atSparsity(requested)}`,
        description: `Lines for ${methods.join(', ')} over the epochs (${terms}).`,
        spec: {
          data: { values: rows },
          width: WIDTH,
          height: HEIGHT,
          mark: { type: 'line', strokeWidth: 1.5 },
          encoding: { x, y, ...methodChannels(methods, styles) },
          config,
        },
        rows,
      },
    ];
  });
}
