import type { Figure, FigureRow } from './figure.ts';
import { methodStyles } from './styles.ts';
import { config, legendAbove, methodScale, ONE_COLUMN, PERCENT_LABELS } from './theme.ts';

/** A point of a curve: how much of the target applies at a progress. */
export type ScheduleRow = FigureRow & {
  /** Which schedule; one line for each. */
  readonly schedule: string;
  /** Of the training, in [0, 1]. */
  readonly progress: number;
  /** Share of the target, in [0, 1]. */
  readonly share: number;
};

const WIDTH = ONE_COLUMN - 60;
const HEIGHT = 120;

/** The share of the target over the progress of the training: a line for each schedule. */
export function scheduleCurves(rows: readonly ScheduleRow[]): Figure {
  const schedules = [...new Set(rows.map((row) => row.schedule))];
  const styles = methodStyles(schedules);
  const legend = schedules.length > 1 ? legendAbove(schedules, WIDTH, 'stroke') : null;
  const scale = (pick: Parameters<typeof methodScale>[2]) => ({
    field: 'schedule',
    type: 'nominal' as const,
    scale: methodScale(schedules, styles, pick),
    legend,
  });
  return {
    name: 'schedule-curves',
    title: 'Schedules',
    description: `Lines for ${schedules.join(', ')}: the share of the target that applies, over the progress of the training.`,
    spec: {
      width: WIDTH,
      height: HEIGHT,
      data: { values: [...rows] },
      mark: { type: 'line', strokeWidth: 1.5 },
      encoding: {
        x: {
          field: 'progress',
          type: 'quantitative',
          title: 'Progress of the training (%)',
          scale: { domain: [0, 1], nice: false },
          axis: { tickCount: 5, labelExpr: PERCENT_LABELS },
        },
        y: { field: 'share', type: 'quantitative', title: 'Share of the target (%)', axis: { tickCount: 5, labelExpr: PERCENT_LABELS } },
        color: scale((style) => style.color),
        strokeDash: scale((style) => [...style.dash]),
      },
      config,
    },
    rows,
  };
}
