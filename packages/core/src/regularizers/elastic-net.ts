import * as z from 'zod';
import { defineRegularizer } from '../component.ts';
import { lambda } from './lambda.ts';

/**
 * Elastic net: L1 and L2 together.
 *
 *   R = λ₁·Σ |p| + (λ₂/2)·Σ p²        ∂R/∂p = λ₁·sign(p) + λ₂·p, with sign(0) = 0
 *
 * Shapes: any.
 * Differs from the paper (its "naïve elastic net"): the ½ before λ₂, so that `l2` is the coefficient of weight decay, and no rescaling of
 * the parameters afterwards.
 *
 * @param options.l1 λ₁, from 0 up.
 * @param options.l2 λ₂, from 0 up.
 * @throws `E_OPTIONS` without one of them, or with a negative one.
 * @example elasticNet({ l1: 1e-5, l2: 1e-4 })
 * @see https://doi.org/10.1111/j.1467-9868.2005.00503.x Zou and Hastie 2005
 */
export const elasticNet = defineRegularizer({
  name: 'elastic-net',
  summary: 'L1 and L2 together',
  options: z.strictObject({
    l1: lambda.describe('Weight of the sum of magnitudes'),
    l2: lambda.describe('Weight of half the sum of squares'),
  }),
  create: ({ l1, l2 }) => ({
    gradient: (parameter) => parameter.sign().mul(l1).add(parameter.mul(l2)),
    penalty: (parameter) =>
      parameter
        .abs()
        .sum()
        .mul(l1)
        .add(
          parameter
            .square()
            .sum()
            .mul(l2 / 2),
        ),
  }),
});
