import type { SubgradientEstimator } from './kinds/estimator.ts';
import type { ThresholdOperator } from './kinds/operator.ts';
import { tf } from './tf.ts';

/**
 * The effective weight of every threshold method: the operator goes forward, the estimator comes back.
 *
 * @param weight    W, any shape.
 * @param threshold τ, a scalar or a tensor that broadcasts against the weight; a function of whatever is learned, e.g. g(s).
 * @param progress  Share of the training done, handed to the estimator.
 * @returns Ŵ in the shape of the weight, differentiable in weight and threshold as the estimator says.
 */
export function applyThreshold(
  weight: tf.Tensor,
  threshold: tf.Tensor,
  { operator, estimator, progress }: { operator: ThresholdOperator; estimator: SubgradientEstimator; progress: tf.Scalar },
): tf.Tensor {
  return customGrad([weight, threshold], ([w, t]) => {
    const effective = operator.apply(w, t);
    return {
      value: effective,
      saved: [w, t, effective, progress],
      gradient(upstream, [w, t, effective, progress]) {
        const back = estimator.backward({ upstream, weight: w, threshold: t, effective, operator, progress: progress as tf.Scalar });
        return [back.weight, back.threshold];
      },
    };
  });
}

/** Sums a tensor over the axes along which a smaller one was broadcast, so that it gets the smaller one's shape. */
export function sumToShape(tensor: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const offset = tensor.rank - shape.length;
  const axes = tensor.shape.flatMap((size, axis) => (axis < offset || (shape[axis - offset] === 1 && size !== 1) ? [axis] : []));
  return axes.length ? tensor.sum(axes).reshape([...shape]) : tensor;
}

/** `W ⊙ M`. A weight outside the mask gets no gradient (product rule). */
export const masked = (weight: tf.Tensor, mask: tf.Tensor): tf.Tensor => weight.mul(mask);

/** `W ⊙ M` whose gradient reaches every weight as if there were no mask (straight-through). */
export const maskedStraightThrough = (weight: tf.Tensor, mask: tf.Tensor): tf.Tensor =>
  customGrad([weight, mask], ([w, m]) => ({ value: w.mul(m), saved: [], gradient: (upstream) => [upstream, upstream.zerosLike()] }));

// --- helpers ---

type Pair = readonly [tf.Tensor, tf.Tensor];
type Saved = readonly [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];

/** `tf.customGrad` of two arguments with the types that it has at run time; `saved` lives until the backward pass. */
function customGrad(
  inputs: Pair,
  f: (inputs: Pair) => { value: tf.Tensor; saved: tf.Tensor[]; gradient(upstream: tf.Tensor, saved: Saved): tf.Tensor[] },
): tf.Tensor {
  const op = tf.customGrad(((a: tf.Tensor, b: tf.Tensor, save: (tensors: tf.Tensor[]) => void) => {
    const { value, saved, gradient } = f([a, b]);
    save(saved);
    return { value, gradFunc: (upstream: tf.Tensor, kept: tf.Tensor[]) => gradient(upstream, kept as unknown as Saved) };
  }) as Parameters<typeof tf.customGrad>[0]);
  return op(inputs[0], inputs[1]);
}
