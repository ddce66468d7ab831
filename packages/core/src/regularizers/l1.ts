import * as z from 'zod';
import { defineRegularizer } from '../component.ts';
import { lambda } from './lambda.ts';

/**
 * L1, also called lasso: pulls every parameter towards 0 with the same force, small ones as strongly as large ones.
 *
 *   R = λ·Σ |p|        ∂R/∂p = λ·sign(p), and 0 at 0
 *
 * Shapes: any.
 * Differs from proximal methods (ISTA): the subgradient makes parameters oscillate around 0 by η·λ, not equal to it.
 *
 * @param options.lambda λ, from 0 up.
 * @throws `E_OPTIONS` without λ, or with a negative one.
 * @example l1({ lambda: 1e-5 })
 * @see https://doi.org/10.1111/j.2517-6161.1996.tb02080.x Tibshirani 1996
 */
export const l1 = defineRegularizer({
  name: 'l1',
  summary: 'Sum of magnitudes: pulls every parameter with the same force',
  options: z.strictObject({ lambda }),
  create: ({ lambda }) => ({
    gradient: (parameter) => parameter.sign().mul(lambda),
    penalty: (parameter) => parameter.abs().sum().mul(lambda),
  }),
});
