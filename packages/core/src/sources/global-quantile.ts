import * as z from 'zod';
import { defineThresholdSource } from '../component.ts';
import { sparsityNeeded } from '../errors.ts';
import { magnitude } from '../scores/magnitude.ts';
import { allowanceOf } from '../targets/allowance.ts';
import { promiseAtEnd, toTarget } from '../targets/target.ts';
import { heldOptions, heldThresholds } from './held-thresholds.ts';

/**
 * One magnitude for all layers: the quantile of all weights at the scheduled sparsity, or where a budget of multiply-adds ends. See `heldThresholds` for what `hold` means.
 *
 *   scale: 'none'        τ_ℓ = τ
 *   scale: 'dimensions'  τ_ℓ = τ/√(sum of the kernel's dimensions): more uniform among the layers, as ST-3σ; exact but for its rounding until `finish`
 *
 * @throws `E_OPTIONS` without a target.
 * @example globalQuantile({ schedule: oneShot(), freeze: true, every: 25, hold: 'set' })
 */
export const globalQuantile = defineThresholdSource({
  name: 'global-quantile',
  summary: 'One quantile of all magnitudes, on a schedule',
  options: z.strictObject({
    ...heldOptions,
    scale: z.enum(['none', 'dimensions']).default('none').describe('"dimensions" divides the threshold by √(sum of the kernel shape)'),
  }),
  create: ({ scale, ...held }) => ({
    towards(given) {
      const target = toTarget(given);
      if (target === null) throw sparsityNeeded('global-quantile');
      return heldThresholds(held, {
        groups: (kernels, fraction) => [{ kernels, allowance: allowanceOf(kernels, target, fraction) }],
        score: magnitude(),
        scale: ({ shape }) => (scale === 'none' ? 1 : Math.sqrt(shape.reduce((sum, n) => sum + n, 0))),
        dynamic: true,
        promise: promiseAtEnd(target, held.schedule),
      });
    },
  }),
});
