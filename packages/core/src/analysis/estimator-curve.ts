import type { SubgradientEstimator } from '../kinds/estimator.ts';
import type { ThresholdOperator } from '../kinds/operator.ts';
import { soft } from '../operators/soft.ts';
import { readFloats } from '../read-floats.ts';
import { tf } from '../tf.ts';

/** What an estimator does to a gradient, at one distance of a weight from its threshold. */
export interface EstimatorPoint {
  /** |W|/τ: 1 at the threshold. */
  readonly ratio: number;
  /** Factor on G in ∂L/∂W. */
  readonly weight: number;
  /** Factor on −G·sign(W) in the weight's share of ∂L/∂τ: 1 above the threshold for the sub-gradient of a soft threshold. */
  readonly threshold: number;
}

export interface EstimatorCurveOptions {
  /** Default: soft. */
  readonly operator?: ThresholdOperator;
  /** τ. Estimators with a width of their own (a margin, a sharpness) look different at another. Default 0.05. */
  readonly threshold?: number;
  /** Share of the training done. Default 0. */
  readonly progress?: number;
  /** The largest |W|/τ. Default 2.5. */
  readonly to?: number;
  /** Default 251. */
  readonly points?: number;
}

/** What `backward` makes of a gradient of 1, for positive weights from just above 0 to a few times the threshold. */
export function estimatorCurve(
  estimator: SubgradientEstimator,
  { operator = soft(), threshold = 0.05, progress = 0, to = 2.5, points = 251 }: EstimatorCurveOptions = {},
): readonly EstimatorPoint[] {
  const ratios = Array.from({ length: points }, (_, i) => ((i + 0.5) * to) / points);
  const factors = readFloats(() => {
    const weight = tf.tensor1d(ratios.map((ratio) => ratio * threshold));
    const thresholds = tf.fill([points], threshold); // one for each weight, so that nothing is summed
    const effective = operator.apply(weight, thresholds);
    const upstream = weight.onesLike();
    const back = estimator.backward({ upstream, weight, threshold: thresholds, effective, operator, progress: tf.scalar(progress) });
    return tf.stack([back.weight, back.threshold.neg()]);
  });
  return ratios.map((ratio, i) => ({ ratio, weight: factors[i] as number, threshold: (factors[points + i] as number) + 0 }));
}
