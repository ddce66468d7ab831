import type { SubgradientEstimator } from './kinds/estimator.ts';
import type { ThresholdOperator } from './kinds/operator.ts';
import type { Pruner } from './kinds/pruner.ts';
import type { ThresholdSource } from './kinds/threshold-source.ts';
import { targetOf } from './targets/target.ts';
import { applyThreshold } from './thresholded.ts';

export interface ThresholdedPrunerOptions<State> {
  /** Fraction of the weights to remove; null lets the source run free. */
  readonly sparsity: number | null;
  /** Another target in its place. */
  readonly multiplyAdds?: number | undefined;
  readonly bytes?: number | undefined;
  /** Where τ comes from. */
  readonly source: ThresholdSource<State>;
  /** What τ does to a weight. */
  readonly operator: ThresholdOperator;
  /** What flows back. */
  readonly estimator: SubgradientEstimator;
}

/**
 * The pruner at one point of the grid threshold source × operator × estimator: `Ŵ = operator(W, τ)`, whose gradients with respect to W and
 * τ are the estimator's, and whose τ is the source's.
 *
 * Throws `E_OPTIONS` where the source can't lead to the target.
 */
export function thresholdedPruner<State>({ source, operator, estimator, ...given }: ThresholdedPrunerOptions<State>): Pruner<State> {
  const target = targetOf(given);
  const { threshold, reported, finish, ...rest } = source.towards(target && 'sparsity' in target ? target.sparsity : target);
  const { gradientsOf = 'all' } = estimator;
  return {
    ...rest,
    gradientsOf:
      typeof gradientsOf === 'function' ? (weight, state) => gradientsOf({ weight, threshold: threshold(weight, state) }) : gradientsOf,
    reparameterize: (weight, state, { progress }) => applyThreshold(weight, threshold(weight, state), { operator, estimator, progress }),
    ...(finish ? { finish: (layers, context) => finish(layers, { ...context, operator }) } : {}),
    ...(reported ? { threshold: reported } : {}),
  };
}
