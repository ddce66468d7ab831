import * as z from 'zod';
import { defineRegularizer } from '../component.ts';
import { tf } from '../tf.ts';
import { lambda } from './lambda.ts';

/**
 * Hoyer-square: a smooth stand-in for the number of nonzeros, which it equals where all of them have the same magnitude.
 *
 *   R = λ·(Σ|p|)² / Σp²        ∂R/∂p = 2λ·sign(p)·r·(1 − r·|p|)  with  r = Σ|p| / Σp²        both 0 where all of p is 0
 *
 * Parameters below 1/r are pulled to 0, those above it are pushed up: the scale of the whole tensor is left alone, so R says nothing about
 * a scalar, and a tensor with small parameters gets a large gradient.
 *
 * Shapes: any; the sums go over the whole tensor, one layer at a time.
 * Differs from the paper: nothing known in the penalty; the paper prunes by a threshold afterwards and trains on.
 *
 * @param options.lambda λ, from 0 up.
 * @throws `E_OPTIONS` without λ, or with a negative one.
 * @example hoyerSquare({ lambda: 1e-6 })
 * @see https://arxiv.org/abs/1908.09979
 */
export const hoyerSquare = defineRegularizer({
  name: 'hoyer-square',
  summary: 'Squared ratio of the L1 to the L2 norm: a smooth count of nonzeros (DeepHoyer; Yang et al., 2020)',
  options: z.strictObject({ lambda }),
  create: ({ lambda }) => ({
    gradient(parameter) {
      const magnitude = parameter.abs();
      const ratio = magnitude.sum().div(squaresOf(parameter));
      return parameter
        .sign()
        .mul(ratio.mul(2 * lambda))
        .mul(tf.scalar(1).sub(magnitude.mul(ratio)));
    },
    penalty: (parameter) => parameter.abs().sum().square().div(squaresOf(parameter)).mul(lambda),
  }),
});

// --- helpers ---

/** The smallest normal number of 32 bits: below it a sum of squares has no digits left. */
const SMALLEST = 2 ** -126;

const squaresOf = (parameter: tf.Tensor): tf.Tensor => parameter.square().sum().maximum(SMALLEST);
