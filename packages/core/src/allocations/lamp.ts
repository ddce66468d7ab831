import * as z from 'zod';
import { defineAllocation } from '../component.ts';
import { keepCount } from '../masks/keep-counts.ts';
import { topK } from '../masks/top-k.ts';
import { readFloats } from '../read-floats.ts';

/**
 * Layer-adaptive magnitude pruning: one threshold for all layers on scores that are relative to what is left of a layer.
 *
 *   lamp(u) = score(u)² / Σ_{v: score(v) ≥ score(u)} score(v)²         in each layer, weights in the order of their scores
 *
 * The largest weight of a layer has the score 1, so no layer loses all its weights before all have only one left.
 *
 * Differs from the paper: any score in place of the magnitude, which is the default; scores below 0 count as 0.
 *
 * @example gmp({ allocation: lamp() })
 * @see Lee et al., ICLR 2021, https://arxiv.org/abs/2010.07611
 */
export const lamp = defineAllocation({
  name: 'lamp',
  summary: 'Layer-adaptive magnitudes: scores relative to what is left of a layer (Lee et al., 2021)',
  options: z.strictObject({}),
  create: () => ({
    dynamic: true,
    allocate(kernels, sparsity, score) {
      const scores = kernels.map((kernel) => lampScores(readFloats(() => score.of(kernel.weight))));
      const size = kernels.reduce((sum, kernel) => sum + kernel.size, 0);
      const masks = topK(scores, keepCount(size, sparsity));
      return new Map(kernels.map((kernel, i) => [kernel.name, 1 - count(masks[i] as Float32Array) / kernel.size]));
    },
  }),
});

// --- helpers ---

/** In the order of the scores, not of the weights: how many stay is all that is asked. */
function lampScores(scores: Float32Array): Float32Array {
  const sorted = scores.map((score) => Math.max(0, score)).sort();
  let sum = 0;
  for (let i = sorted.length - 1; i >= 0; i--) {
    const square = (sorted[i] as number) ** 2;
    sum += square;
    sorted[i] = sum > 0 ? square / sum : 0;
  }
  return sorted;
}

const count = (mask: Float32Array): number => mask.reduce((sum, m) => sum + m, 0);
