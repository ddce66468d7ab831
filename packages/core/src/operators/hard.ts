import * as z from 'zod';
import { defineOperator } from '../component.ts';

/**
 * Hard threshold: `Ŵ = W·1{|W| > τ}`.
 *
 *   ∂Ŵ/∂W = 1{|W| > τ}        ∂Ŵ/∂τ = 0 almost everywhere
 */
export const hard = defineOperator({
  name: 'hard',
  summary: 'Zero below the threshold, unchanged above',
  options: z.strictObject({}),
  create: () => ({
    apply: (weight, threshold) => weight.mul(weight.abs().greater(threshold).cast('float32')),
    derivatives: (weight, _threshold, effective) => ({
      weight: effective.notEqual(0).cast('float32'),
      threshold: weight.zerosLike(),
    }),
  }),
});
