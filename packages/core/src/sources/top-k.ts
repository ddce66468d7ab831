import * as z from 'zod';
import { uniform } from '../allocations/uniform.ts';
import { component, defineThresholdSource } from '../component.ts';
import { sparsityNeeded } from '../errors.ts';
import { allocateCounts } from '../masks/update-masks.ts';
import { magnitude } from '../scores/magnitude.ts';
import { evenAllowance } from '../targets/allowance.ts';
import { promiseAtEnd, toTarget } from '../targets/target.ts';
import { heldOptions, heldThresholds } from './held-thresholds.ts';

/**
 * The k largest weights of each layer stay; an allocation says how many that is. See `heldThresholds` for what `hold` means.
 *
 *   DNW = top-k (schedule: one-shot at 0, hold: 'set') × hard × straight-through
 *   GMP = top-k (schedule: cubic, every: 25, freeze, hold: 'set') × hard × masked
 *
 * With `rounding: 'layer'` the total is met only nearly, so nothing is promised.
 *
 * @throws `E_OPTIONS` without a target, or for a `score` with `hold: 'threshold'`, which is a threshold on magnitudes.
 * @example topK({ allocation: erk(), hold: 'set' })
 */
export const topKThreshold = defineThresholdSource({
  name: 'top-k',
  summary: 'The k-th largest magnitude of each layer, on a schedule',
  options: z
    .strictObject({
      ...heldOptions,
      allocation: component('allocation').default(uniform()).describe('How the sparsity is divided among the layers'),
      score: component('score').optional().describe('What ranks the weights, with hold: "set"; default: magnitude'),
      rounding: z
        .enum(['total', 'layer'])
        .default('total')
        .describe('"total" meets the number of weights of the whole network exactly; "layer" removes ⌊sparsity·size⌋ in each layer'),
    })
    .refine(({ hold, score }) => hold === 'set' || score === undefined, {
      message: 'score ranks by something else than magnitude, which no threshold on magnitudes can follow: use it with hold: "set"',
    }),
  create: ({ allocation, score = magnitude(), rounding, ...held }) => ({
    towards(given) {
      const target = toTarget(given);
      if (target === null) throw sparsityNeeded('top-k');
      return heldThresholds(held, {
        groups(kernels, fraction) {
          const counts = allocateCounts(kernels, { ...target, allocation, score, fraction, rounding });
          return kernels.map((kernel) => ({ kernels: [kernel], allowance: evenAllowance(1, counts.get(kernel.name) ?? kernel.size) }));
        },
        score,
        scale: () => 1,
        dynamic: allocation.dynamic ?? false,
        promise: promiseAtEnd(target, held.schedule, rounding),
      });
    },
  }),
});
