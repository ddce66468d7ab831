import type { tf } from '../tf.ts';
import type { ThresholdOperator } from './operator.ts';

export interface EstimatorInput {
  /** G = ∂L/∂(effective weight), in the shape of the weight. */
  readonly upstream: tf.Tensor;
  readonly weight: tf.Tensor;
  /** τ: a scalar, or a tensor that broadcasts against the weight. */
  readonly threshold: tf.Tensor;
  /** What the operator made of weight and threshold. */
  readonly effective: tf.Tensor;
  readonly operator: ThresholdOperator;
  /** Share of the training done, in [0, 1]. A tensor, since a number would be frozen into a compiled step. */
  readonly progress: tf.Scalar;
}

/** What flows back through a threshold operator in place of its true gradient. */
export interface SubgradientEstimator {
  /**
   * The function of weight and threshold, in the weight's shape, of which `backward` is the true gradient, where there is one:
   * differentiable by TensorFlow.js. The checks for estimators hold `backward` against it. Absent: a surrogate of no one function.
   */
  isGradientOf?(input: Pick<EstimatorInput, 'weight' | 'threshold' | 'operator'>): tf.Tensor;
  /**
   * The weights of which `backward` needs G, for W's gradient or τ's: those that are not zero, or all; or a function whose answer, a boolean
   * tensor in the weight's shape, is true where it does. Nothing but the cost of training depends on it. Absent: all.
   */
  readonly gradientsOf?: 'nonzero' | 'all' | ((input: Pick<EstimatorInput, 'weight' | 'threshold'>) => tf.Tensor);
  /** Surrogates of ∂L/∂W, in the weight's shape, and of ∂L/∂τ, in the threshold's shape (`sumToShape` reduces to it). */
  backward(input: EstimatorInput): { weight: tf.Tensor; threshold: tf.Tensor };
}
