import type { CopiedResults, RunResult } from '@espalier/core/results';
import { sparsityAsked } from '../asked.ts';
import { type AccuracyPoint, accuracyCases, accuracyMarks, HEIGHT, pointNotes, rowOf, widthOf } from './accuracy-plot.ts';
import type { Channel, Figure } from './figure.ts';
import { sparsityAxis } from './sparsity-axis.ts';
import { config } from './theme.ts';

/** Pixels between methods at the same sparsity, so that error bars stay apart. */
const APART = 4;

/**
 * Test accuracy against reached sparsity: one line per method, error bars over seeds, the dense accuracy as a dashed rule. What others
 * published of the same network and data has hollow points.
 */
export function accuracyVsSparsity(results: readonly RunResult[], copied: readonly CopiedResults[] = []): Figure[] {
  return accuracyCases(results, copied).flatMap((each) => {
    const { methods, points, dense, terms, suffix } = each;
    if (!points.length) return [];
    const trained = methods.filter((method) => points.some((point) => point.method === method && !point.copied));
    const width = widthOf(each);
    const axis = axisFor(points, trained, width);
    const x: Channel<'x'> = {
      field: 'place',
      type: 'quantitative',
      title: 'Sparsity (%)',
      scale: { type: 'log', domain: [...axis.domain], reverse: true, nice: false },
      axis: { values: [...axis.ticks], labelExpr: axis.labelExpr, labelOverlap: false },
    };
    return [
      {
        name: `accuracy-vs-sparsity${suffix}`,
        title: 'Test accuracy against sparsity',
        description:
          `Lines for ${methods.join(', ')} (${terms}). The sparsity axis is logarithmic in the weights left${trained.length > 1 ? '; methods are set slightly apart sideways' : ''}.` +
          pointNotes(each),
        spec: { width, height: HEIGHT, layer: accuracyMarks(each, x, axis.place), config },
        rows: [...dense, ...points].map(rowOf),
      },
    ];
  });
}

// --- helpers ---

/** The axis, with room at both ends for the methods that are set apart by whole pixels: those that were trained. */
function axisFor(points: readonly AccuracyPoint[], trained: readonly string[], width: number) {
  const methods = Math.max(1, trained.length);
  const least = Math.min(...points.filter(({ sparsity }) => sparsity < 1).map(({ sparsity }) => 1 - sparsity), 0.99);
  const left = (sparsity: number) => Math.max(1 - sparsity, least);
  const most = Math.max(...points.map(({ sparsity }) => left(sparsity)));
  const single = most / least < 1.1;
  const apart = single ? Math.min(24, (width - 60) / methods) : APART;
  const margin = (apart * (methods - 1)) / 2 + 10;
  const perPixel = Math.max(Math.log(most / least), Math.log(1.2)) / (width - 2 * margin);
  const centre = Math.sqrt(most * least);
  const half = Math.exp((width / 2) * perPixel);
  const wanted = [...new Set(points.flatMap(({ requested }) => sparsityAsked(requested) ?? []))].sort((a, b) => a - b);
  const axis = sparsityAxis([centre / half, Math.min(centre * half, 1)], width, wanted, true);
  return {
    ...axis,
    ticks: single && wanted.length ? wanted.map((sparsity) => 1 - sparsity) : axis.ticks,
    place({ method, sparsity, copied }: AccuracyPoint): number {
      const aside = copied ? 0 : trained.indexOf(method) - (methods - 1) / 2;
      return left(sparsity) * Math.exp(-aside * apart * perPixel);
    },
  };
}
