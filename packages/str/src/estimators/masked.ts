import { defineEstimator } from '@espalier/core';
import * as z from 'zod';
import { isAbove } from './gates.ts';

/**
 * The gradient of a mask: weights above the threshold get all of it, pruned ones none, and the threshold none.
 *
 *   ∂L/∂W = G·1{|W| > τ}        ∂L/∂τ = 0
 *
 * It is that of gradual magnitude pruning. With a learned threshold the task has no say in it: s is moved by its decay alone, or by the
 * correction towards an exact budget. Beside `subgradient` it shows what the task's say is worth.
 *
 * @see Zhu & Gupta 2017, https://arxiv.org/abs/1710.01878
 */
export const maskedGradient = defineEstimator({
  name: 'masked',
  summary: 'All of the gradient above the threshold, none below, none for the threshold (GMP)',
  options: z.strictObject({}),
  create: () => ({
    gradientsOf: 'nonzero',
    backward: ({ upstream, weight, threshold }) => ({
      weight: upstream.mul(isAbove(weight, threshold)),
      threshold: threshold.zerosLike(),
    }),
  }),
});
