import type { Allocation } from '../kinds/allocation.ts';
import type { Kernel, PrunedLayer } from '../kinds/pruner.ts';
import type { Score } from '../kinds/score.ts';
import { tf } from '../tf.ts';
import { flooredKeepCounts, keepCounts } from './keep-counts.ts';
import { topKMasks } from './select.ts';

/** State of a method that multiplies the weight by a mask: 1 = kept. */
export interface MaskState {
  readonly mask: tf.Variable;
}

export type Rounding = 'total' | 'layer';

/**
 * Weights to keep per kernel when `fraction` of the way to `sparsity` is done.
 *
 * A dynamic allocation is asked for the sparsity of now; any other for the final one, of which every layer gets the same fraction.
 *
 * @param rounding `total` meets the total to the weight; `layer` rounds in each layer by itself, as the official code of DNW and GMP.
 */
export function allocateCounts(
  kernels: readonly Kernel[],
  { allocation, score, sparsity, fraction, rounding }: AllocateOptions,
): ReadonlyMap<string, number> {
  const now = sparsity * fraction;
  const targets = allocation.dynamic
    ? allocation.allocate(kernels, now, score)
    : new Map([...allocation.allocate(kernels, sparsity, score)].map(([name, target]) => [name, target * fraction]));
  return rounding === 'layer' ? flooredKeepCounts(kernels, targets) : keepCounts(kernels, targets, now);
}

export interface AllocateOptions {
  readonly allocation: Allocation;
  readonly score: Score;
  readonly sparsity: number;
  readonly fraction: number;
  readonly rounding: Rounding;
}

/** The mask of the k highest scores of one kernel, as a new tensor. */
export const topKMask = (kernel: Kernel, score: Score, k: number): tf.Tensor =>
  tf.tidy(() => topKMasks([score.of(kernel.weight)], k)[0] as tf.Tensor);

/** Gives every layer the mask of its highest scores; `counts` says how many stay. */
export function updateMasks(layers: readonly PrunedLayer<MaskState>[], score: Score, counts: ReadonlyMap<string, number>): void {
  for (const { kernel, state } of layers) state.mask.assign(topKMask(kernel, score, counts.get(kernel.name) ?? kernel.size));
}
