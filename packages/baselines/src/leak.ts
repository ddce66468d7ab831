import type { SubgradientEstimator } from '@espalier/core';

/**
 * A leak for methods whose thresholds aren't learned: `∂L/∂W = G` above the threshold, `θ·G` below. With θ = 1 it is the straight-through
 * estimator.
 */
export const leak = (theta: number): SubgradientEstimator => ({
  gradientsOf: theta > 0 ? 'all' : 'nonzero',
  backward: ({ upstream, weight, threshold }) => ({
    weight: theta === 1 ? upstream : upstream.mul(weight.abs().greater(threshold).cast('float32').maximum(theta)),
    threshold: threshold.zerosLike(),
  }),
});
