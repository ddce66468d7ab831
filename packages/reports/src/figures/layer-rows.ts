import type { LayerResult } from '@espalier/core/results';
import { groupBy, type RunGroup } from '../run-groups.ts';
import { mean } from '../statistics.ts';
import type { FigureRow } from './figure.ts';

export type LayerRow = FigureRow & {
  readonly method: string;
  readonly layer: string;
  readonly sparsity: number;
  readonly multiplyAdds: number;
};

/** What a method did to each layer, means over the seeds. */
export function layerRows({ method, finished }: RunGroup): LayerRow[] {
  const layers = groupBy(
    finished.flatMap((run) => run.layers),
    ({ name }) => name,
  );
  return [...layers].map(([layer, samples]) => {
    const average = (key: 'sparsity' | 'nonzero' | 'multiplyAdds') => mean(samples.map((sample) => sample[key]));
    const { size, denseMultiplyAdds, prunable } = samples[0] as LayerResult;
    return {
      method,
      layer,
      sparsity: average('sparsity'),
      nonzero: average('nonzero'),
      size,
      multiplyAdds: average('multiplyAdds'),
      denseMultiplyAdds,
      prunable: String(prunable),
      seeds: samples.length,
    };
  });
}
