import * as z from 'zod';
import { defineAllocation } from '../component.ts';
import { keepCount } from '../masks/keep-counts.ts';
import { topKMasks } from '../masks/select.ts';
import { tf } from '../tf.ts';

/** One threshold for all layers: what the k largest scores of the whole network leave in each of them. */
export const global = defineAllocation({
  name: 'global',
  summary: 'One threshold for all layers together',
  options: z.strictObject({}),
  create: () => ({
    dynamic: true,
    allocate(kernels, sparsity, score) {
      const size = kernels.reduce((sum, kernel) => sum + kernel.size, 0);
      let counts: number[] = [];
      tf.tidy(() => {
        const scores = kernels.map((kernel) => score.of(kernel.weight));
        counts = topKMasks(scores, keepCount(size, sparsity)).map(countOf);
      });
      return new Map(kernels.map((kernel, i) => [kernel.name, 1 - (counts[i] as number) / kernel.size]));
    },
  }),
});

/** As whole numbers: a sum of floats stops at 2²⁴. */
const countOf = (mask: tf.Tensor): number => mask.cast('int32').sum().dataSync()[0] as number;
