import * as z from 'zod';
import { defineRegularizer } from '../component.ts';
import { lambda } from './lambda.ts';

/**
 * L2, also called ridge or, with plain SGD, weight decay: pulls in proportion to the parameter.
 *
 *   R = (λ/2)·Σ p²        ∂R/∂p = λ·p
 *
 * The same bits as the number `weightDecay`. Half of what Keras calls l2, which has no ½.
 *
 * Shapes: any.
 *
 * @param options.lambda λ, from 0 up.
 * @throws `E_OPTIONS` without λ, or with a negative one.
 * @example l2({ lambda: 1e-4 })
 * @see https://proceedings.neurips.cc/paper/1991/hash/8eefcfdf5990e441f0fb6f3fad709e21-Abstract.html (Krogh and Hertz, 1991)
 */
export const l2 = defineRegularizer({
  name: 'l2',
  summary: 'Half the sum of squares: pulls in proportion to the parameter',
  options: z.strictObject({ lambda }),
  create: ({ lambda }) => ({
    gradient: (parameter) => parameter.mul(lambda),
    penalty: (parameter) =>
      parameter
        .square()
        .sum()
        .mul(lambda / 2),
  }),
});
