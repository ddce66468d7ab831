import type { CopiedResults, RunResult } from '@espalier/core/results';
import { type AccuracyPoint, accuracyCases, accuracyMarks, HEIGHT, pointNotes, rowOf, widthOf } from './accuracy-plot.ts';
import { countTicks } from './count-ticks.ts';
import type { Channel, Figure } from './figure.ts';
import { config, countAxis } from './theme.ts';

/** Something that is counted of what is left of a network. */
export interface Count {
  /** Name of the figure's files, before what tells settings apart. */
  readonly name: string;
  /** Of the axis: "Multiply-adds". */
  readonly label: string;
  /** For the description: "Multiply-adds of one example with the weights left". */
  readonly meaning: string;
  /** Null where it is not known. */
  of(point: AccuracyPoint): number | null;
}

/** Test accuracy against a count, on a logarithmic axis; else as `accuracyVsSparsity`. What has no count is left out. */
export function accuracyVsCount(results: readonly RunResult[], copied: readonly CopiedResults[], count: Count): Figure[] {
  return accuracyCases(results, copied).flatMap((each) => {
    const points = each.points.filter((point) => count.of(point));
    if (!points.length) return [];
    const methods = each.methods.filter((method) => points.some((point) => point.method === method));
    const shown = { ...each, points, methods };
    const counts = points.map((point) => count.of(point) as number);
    const [least, most] = [Math.min(...counts) / MARGIN, Math.max(...counts) * MARGIN];
    const { unit, labelExpr } = countAxis(most);
    const x: Channel<'x'> = {
      field: 'place',
      type: 'quantitative',
      title: `${count.label}${unit}`,
      scale: { type: 'log', domain: [least, most], nice: false },
      axis: { values: countTicks(least, most), labelExpr, labelOverlap: 'greedy' },
    };
    return [
      {
        name: `${count.name}${each.suffix}`,
        title: `Test accuracy against ${count.label.toLowerCase()}`,
        description: `Lines for ${methods.join(', ')} (${each.terms}). ${count.meaning}, on a logarithmic axis.${pointNotes(shown)}`,
        spec: { width: widthOf(shown), height: HEIGHT, layer: accuracyMarks(shown, x, (point) => count.of(point) as number), config },
        rows: [...each.dense, ...points].map(rowOf),
      },
    ];
  });
}

// --- helpers ---

const MARGIN = 1.1;
