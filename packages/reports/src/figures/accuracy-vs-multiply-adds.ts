import type { CopiedResults, RunResult } from '@espalier/core/results';
import { accuracyCases, accuracyMarks, HEIGHT, pointNotes, rowOf, WIDTH } from './accuracy-plot.ts';
import type { Channel, Figure } from './figure.ts';
import { config, countAxis } from './theme.ts';

/** Test accuracy against the multiply-adds that are left, on a logarithmic axis; else as `accuracyVsSparsity`. */
export function accuracyVsMultiplyAdds(results: readonly RunResult[], copied: readonly CopiedResults[] = []): Figure[] {
  return accuracyCases(results, copied).flatMap((each) => {
    const points = each.points.filter(({ multiplyAdds }) => multiplyAdds);
    if (!points.length) return [];
    const methods = each.methods.filter((method) => points.some((point) => point.method === method));
    const shown = { ...each, points, methods };
    const counts = points.map(({ multiplyAdds }) => multiplyAdds as number);
    const [least, most] = [Math.min(...counts) / MARGIN, Math.max(...counts) * MARGIN];
    const { unit, labelExpr } = countAxis(most);
    const x: Channel<'x'> = {
      field: 'place',
      type: 'quantitative',
      title: `Multiply-adds${unit}`,
      scale: { type: 'log', domain: [least, most], nice: false },
      axis: { values: roundNumbers(least, most), labelExpr, labelOverlap: 'greedy' },
    };
    return [
      {
        name: `accuracy-vs-multiply-adds${each.suffix}`,
        title: 'Test accuracy against multiply-adds',
        description: `Lines for ${methods.join(', ')} (${each.terms}). Multiply-adds of one example with the weights left, on a logarithmic axis.${pointNotes(shown)}`,
        spec: { width: WIDTH, height: HEIGHT, layer: accuracyMarks(shown, x, ({ multiplyAdds }) => multiplyAdds as number), config },
        rows: [...each.dense, ...points].map(rowOf),
      },
    ];
  });
}

// --- helpers ---

const MARGIN = 1.1;

/** 1, 2 and 5 times powers of ten. */
function roundNumbers(least: number, most: number): number[] {
  const powers = Array.from({ length: 16 }, (_, power) => 10 ** power);
  return powers.flatMap((power) => [power, 2 * power, 5 * power]).filter((value) => value >= least && value <= most);
}
