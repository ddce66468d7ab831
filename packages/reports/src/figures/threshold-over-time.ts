import type { RunResult } from '@espalier/core/results';
import type { TopLevelSpec } from 'vega-lite';
import { atSparsity, type Case, casesBySparsity } from './cases.ts';
import type { Channel, Figure, FigureRow } from './figure.ts';
import { config, FONT_SIZE, methodChannels } from './theme.ts';
import { commonSteps, type Logs, meanOf } from './time-series.ts';

/** With more layers than this there is one plot per method and a shade per layer, instead of one plot per layer. */
const MOST_PLOTS = 12;
const COLUMNS = 2;
const WIDTH = 102;
const HEIGHT = 74;

/** The magnitude below which weights are zero, per layer over the epochs, for the methods that have one; means over the seeds. */
export function thresholdOverTime(results: readonly RunResult[], logs: Logs): Figure[] {
  return casesBySparsity(results).flatMap((each) => {
    const rows = thresholdRows(each, logs);
    if (!rows.length) return [];
    const methods = [...new Set(rows.map((row) => row.method))];
    const layers = [...new Set(rows.map((row) => row.layer))];
    const byLayer = layers.length <= MOST_PLOTS;
    const channels = byLayer ? methodChannels(methods, each.styles) : layerChannels(layers.length);
    const latest = Math.max(...rows.map((row) => row.epoch));
    const names = byLayer ? layers : methods;
    const plots = names.map((name, index): Plot => {
      const isLowest = index >= names.length - COLUMNS;
      const labels = isLowest ? { tickCount: 4, tickMinStep: 1 } : { labels: false, ticks: false };
      const x: Channel<'x'> = {
        field: 'epoch',
        type: 'quantitative',
        title: isLowest ? 'Epoch' : null,
        scale: { domain: [0, latest] },
        axis: labels,
      };
      const y: Channel<'y'> = {
        field: 'threshold',
        type: 'quantitative',
        title: index % COLUMNS === 0 ? 'Threshold' : null,
        axis: { tickCount: 3, format: '.3~g' },
      };
      return {
        title: name,
        width: WIDTH,
        height: HEIGHT,
        transform: [{ filter: { field: byLayer ? 'layer' : 'method', equal: name } }],
        mark: { type: 'line', strokeWidth: byLayer ? 1.25 : 0.75 },
        encoding: { x, y, ...channels },
      };
    });
    return [
      {
        name: `threshold-over-time${each.suffix}`,
        title: `Thresholds during training ${atSparsity(each.requested)}`,
        description: byLayer
          ? `One plot for each of ${layers.length} layers with lines for ${methods.join(', ')} over the epochs (${each.terms}).`
          : `One plot for each of ${methods.join(', ')} with a line for each of ${layers.length} layers over the epochs, dark at the input, light at the output (${each.terms}).`,
        spec: { data: { values: [...rows] }, columns: COLUMNS, spacing: { row: 8, column: 10 }, concat: plots, config },
        rows,
      },
    ];
  });
}

// --- helpers ---

type Plot = Extract<Extract<TopLevelSpec, { concat: unknown[] }>['concat'][number], { mark: unknown }>;
type ThresholdRow = FigureRow & { readonly method: string; readonly layer: string; readonly epoch: number };

function thresholdRows({ groups }: Case, logs: Logs): ThresholdRow[] {
  return groups.flatMap(({ method, finished }) =>
    commonSteps(finished, logs).flatMap((entries) =>
      (entries[0]?.layers ?? []).flatMap(({ name, threshold }, index) =>
        threshold === undefined
          ? []
          : [
              {
                method,
                layer: name,
                index: index + 1,
                step: entries[0]?.step ?? 0,
                epoch: meanOf(entries, (entry) => entry.epoch),
                threshold: meanOf(entries, (entry) => entry.layers[index]?.threshold ?? threshold),
                seeds: entries.length,
              },
            ],
      ),
    ),
  );
}

function layerChannels(count: number) {
  const color: Channel<'color'> = {
    field: 'index',
    type: 'quantitative',
    title: 'Layer, from input to output',
    scale: { scheme: 'viridis', domain: [1, count] },
    legend: {
      orient: 'top',
      direction: 'horizontal',
      gradientLength: 160,
      gradientThickness: 6,
      values: [1, count],
      titleFontSize: FONT_SIZE,
    },
  };
  const detail: Channel<'detail'> = { field: 'layer', type: 'nominal' };
  return { color, detail };
}
