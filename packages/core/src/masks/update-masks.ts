import type { Allocation } from '../kinds/allocation.ts';
import type { Kernel, PrunedLayer } from '../kinds/pruner.ts';
import type { Score } from '../kinds/score.ts';
import { allowanceOf, evenCount } from '../targets/allowance.ts';
import type { Target } from '../targets/target.ts';
import { tf } from '../tf.ts';
import { countsWithin } from './counts-within.ts';
import { flooredKeepCounts, keepCounts } from './keep-counts.ts';
import { topKMasks } from './select.ts';

/** State of a method that multiplies the weight by a mask: 1 = kept. */
export interface MaskState {
  readonly mask: tf.Variable;
}

export type Rounding = 'total' | 'layer';

/**
 * Weights to keep per kernel when `fraction` of the way to the target is done.
 *
 * A dynamic allocation is asked for the sparsity of now; any other for the final one, of which every layer gets the same fraction. What a
 * budget of multiply-adds or bytes means as a sparsity is found by `countsWithin`, which also says who gets what rounding leaves.
 *
 * @param rounding `total` meets the total to the weight; `layer` rounds in each layer by itself, as the official code of DNW and GMP.
 */
export function allocateCounts(
  kernels: readonly Kernel[],
  { allocation, score, fraction, rounding, ...target }: AllocateOptions,
): ReadonlyMap<string, number> {
  const sparsity = asSparsity(kernels, target);
  if (sparsity === undefined) return countsOfBudget(kernels, { allocation, score, fraction, target });
  const now = sparsity * fraction;
  const targets = allocation.dynamic
    ? allocation.allocate(kernels, now, score)
    : new Map([...allocation.allocate(kernels, sparsity, score)].map(([name, target]) => [name, target * fraction]));
  return rounding === 'layer' ? flooredKeepCounts(kernels, targets) : keepCounts(kernels, targets, now);
}

export type AllocateOptions = Target & {
  readonly allocation: Allocation;
  readonly score: Score;
  readonly fraction: number;
  readonly rounding: Rounding;
};

/** The mask of the k highest scores of one kernel, as a new tensor. */
export const topKMask = (kernel: Kernel, score: Score, k: number): tf.Tensor =>
  tf.tidy(() => topKMasks([score.of(kernel.weight)], k)[0] as tf.Tensor);

/** Gives every layer the mask of its highest scores; `counts` says how many stay. */
export function updateMasks(layers: readonly PrunedLayer<MaskState>[], score: Score, counts: ReadonlyMap<string, number>): void {
  for (const { kernel, state } of layers) state.mask.assign(topKMask(kernel, score, counts.get(kernel.name) ?? kernel.size));
}

// --- helpers ---

/** The sparsity that a target comes to, unless weights cost different amounts. */
function asSparsity(kernels: readonly Kernel[], target: Target): number | undefined {
  if ('sparsity' in target) return target.sparsity;
  const size = kernels.reduce((sum, kernel) => sum + kernel.size, 0);
  const keep = evenCount(allowanceOf(kernels, target), size);
  return keep === undefined ? undefined : 1 - keep / size;
}

function countsOfBudget(
  kernels: readonly Kernel[],
  { allocation, score, fraction, target }: Pick<AllocateOptions, 'allocation' | 'score' | 'fraction'> & { readonly target: Target },
): ReadonlyMap<string, number> {
  const countsAt = (sparsity: number) => keepCounts(kernels, allocation.allocate(kernels, sparsity, score), sparsity);
  if (allocation.dynamic) return countsWithin(kernels, countsAt, allowanceOf(kernels, target, fraction));
  const final = countsWithin(kernels, countsAt, allowanceOf(kernels, target));
  const sparsities = new Map(kernels.map(({ name, size }) => [name, (1 - (final.get(name) as number) / size) * fraction]));
  const size = kernels.reduce((sum, kernel) => sum + kernel.size, 0);
  const kept = [...final.values()].reduce((sum, count) => sum + count, 0);
  return keepCounts(kernels, sparsities, (1 - kept / size) * fraction);
}
