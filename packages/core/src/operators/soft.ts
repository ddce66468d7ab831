import * as z from 'zod';
import { defineOperator } from '../component.ts';

/**
 * Soft threshold: `Ŵ = sign(W)·max(|W| − τ, 0)`, computed as `W − clip(W, −τ, τ)`, which is the same to the last bit.
 *
 *   ∂Ŵ/∂W = 1{|W| > τ}        ∂Ŵ/∂τ = −sign(W)·1{|W| > τ}
 */
export const soft = defineOperator({
  name: 'soft',
  summary: 'Zero below the threshold, shrunk by it above',
  options: z.strictObject({}),
  create: () => ({
    apply: (weight, threshold) => weight.sub(weight.maximum(threshold.neg()).minimum(threshold)),
    derivatives: (_weight, _threshold, effective) => ({
      weight: effective.notEqual(0).cast('float32'),
      threshold: effective.sign().neg(),
    }),
  }),
});
