import type { Pruner } from '../kinds/pruner.ts';
import type { LayerResult, TargetInUnit } from '../results.ts';
import { promiseOf, unitAndValue } from './target.ts';

/** What a pruner is asked for, as results put it down: a sparsity, or null and a target in another unit, or null. */
export function requestOf(pruner: Pruner): { readonly requested: number | null; readonly target?: TargetInUnit } {
  const promise = promiseOf(pruner);
  if (!promise) return { requested: null };
  if ('sparsity' in promise) return { requested: promise.sparsity };
  return { requested: null, target: unitAndValue(promise) as TargetInUnit };
}

/** The share of the dense cost of the pruned kernels that is left, in the unit of a target. */
export function shareLeft(unit: TargetInUnit['unit'], layers: readonly LayerResult[]): number {
  const sum = (value: (layer: LayerResult) => number) => layers.reduce((total, layer) => total + (layer.prunable ? value(layer) : 0), 0);
  return unit === 'bytes'
    ? sum(({ size, nonzero }) => 4 * nonzero + Math.ceil(size / 8)) / sum(({ size }) => 4 * size)
    : sum(({ multiplyAdds }) => multiplyAdds) / sum(({ denseMultiplyAdds }) => denseMultiplyAdds);
}
