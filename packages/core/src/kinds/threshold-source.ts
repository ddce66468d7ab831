import type { Target } from '../targets/target.ts';
import type { tf } from '../tf.ts';
import type { ThresholdOperator } from './operator.ts';
import type { PrunedLayer, Pruner } from './pruner.ts';

/** Where τ comes from: learned, ranked, scheduled. With an operator and an estimator it makes a pruner (`thresholdedPruner`). */
// biome-ignore lint/suspicious/noExplicitAny: a source whose state doesn't matter to the caller; `unknown` would refuse every real one.
export interface ThresholdSource<State = any> {
  /**
   * How the thresholds move to a target, such as { multiplyAdds: 0.1 }; a number is a sparsity, `null` lets them run free.
   *
   * Throws `E_OPTIONS` where the source can't do what is asked, or where its options say otherwise.
   */
  towards(target: Target | number | null): Thresholds<State>;
}

/** The thresholds of a source on their way to one target. The members that a `Pruner` has too mean what they mean there. */
// biome-ignore lint/suspicious/noExplicitAny: as above.
export interface Thresholds<State = any>
  extends Pick<
    Pruner<State>,
    | 'sparsity'
    | 'multiplyAdds'
    | 'bytes'
    | 'stateDecay'
    | 'init'
    | 'beforeStep'
    | 'afterStep'
    | 'penalty'
    | 'calendar'
    | 'thresholdLimit'
    | 'thresholdAfter'
  > {
  /** τ: a scalar, or a tensor that broadcasts against the weight. Differentiable in the trainable variables of `state`. */
  threshold(weight: tf.Tensor, state: NoInfer<State>): tf.Tensor;
  /** τ for logs and reports, any shape; absent where no magnitude says what is pruned. */
  reported?(state: NoInfer<State>): tf.Tensor;
  /** As a pruner's `finish`, with the operator that decides what survives. A second call changes nothing. */
  finish?(
    layers: readonly PrunedLayer<NoInfer<State>>[],
    context: { readonly totalSteps: number; readonly operator: ThresholdOperator },
  ): void;
}
