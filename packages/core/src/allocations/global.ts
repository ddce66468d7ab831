import * as z from 'zod';
import { defineAllocation } from '../component.ts';
import { keepCount } from '../masks/keep-counts.ts';
import { topK } from '../masks/top-k.ts';
import { readFloats } from '../read-floats.ts';

/** One threshold for all layers: what the k largest scores of the whole network leave in each of them. */
export const global = defineAllocation({
  name: 'global',
  summary: 'One threshold for all layers together',
  options: z.strictObject({}),
  create: () => ({
    dynamic: true,
    allocate(kernels, sparsity, score) {
      const scores = kernels.map((kernel) => readFloats(() => score.of(kernel.weight)));
      const size = kernels.reduce((sum, kernel) => sum + kernel.size, 0);
      const masks = topK(scores, keepCount(size, sparsity));
      return new Map(kernels.map((kernel, i) => [kernel.name, 1 - count(masks[i] as Float32Array) / kernel.size]));
    },
  }),
});

const count = (mask: Float32Array): number => mask.reduce((sum, m) => sum + m, 0);
