import type { Kernel } from './pruner.ts';
import type { Score } from './score.ts';

/** The rule that divides a sparsity among the layers. */
export interface Allocation {
  /**
   * Kernels and the sparsity of all of them together → sparsity of each, in [0, 1], by kernel name. `keepCounts` rounds the answer so that
   * the total is met to the weight.
   */
  allocate(kernels: readonly Kernel[], sparsity: number, score: Score): ReadonlyMap<string, number>;
  /** True if the answer depends on the weights' values, so that it has to be asked for again at every mask update. */
  readonly dynamic?: boolean;
}
