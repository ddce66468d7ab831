import { defineEstimator } from '@espalier/core';
import * as z from 'zod';
import { leak, thresholdGradient } from './gates.ts';

/**
 * A leak that closes during the training: pruned weights can come back early on, and the mask settles towards the end.
 *
 *   linear: α = α₀·(1 − p)        cosine: α = α₀·(1 + cos(π·p))/2        with p the share of the training done
 *   m = 1{|W| > τ} + α·1{|W| ≤ τ}        ∂L/∂W = G·m        ∂L/∂τ = −Σ G·sign(W)·m
 *
 * Gate and threshold's gradient are those of `leaky`.
 * Differs from the paper: AutoSparse anneals its leak on another curve, and its constants are its own; this is the idea.
 *
 * @example annealed({ alpha: 0.5, decay: 'linear' })
 * @see Kundu et al. 2023 (AutoSparse), https://arxiv.org/abs/2304.06941
 */
export const annealed = defineEstimator({
  name: 'annealed',
  summary: 'A share of the gradient for pruned weights that falls to 0 during the training',
  options: z.strictObject({
    alpha: z.number().min(0).max(1).default(0.75).describe('Share below the threshold at the start, in [0, 1]'),
    decay: z.enum(['linear', 'cosine']).default('cosine').describe('How the share falls'),
  }),
  create: ({ alpha, decay }) => ({
    gradientsOf: 'all',
    backward({ upstream, weight, threshold, progress }) {
      const left = decay === 'linear' ? progress.neg().add(1) : progress.mul(Math.PI).cos().add(1).div(2);
      const gate = leak(weight, threshold, left.mul(alpha));
      return { weight: upstream.mul(gate), threshold: thresholdGradient(upstream, weight, gate, threshold) };
    },
  }),
});
