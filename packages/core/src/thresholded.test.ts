import { describe, expect, it } from 'vitest';
import type { EstimatorInput, SubgradientEstimator } from './kinds/estimator.ts';
import { hard } from './operators/hard.ts';
import { soft } from './operators/soft.ts';
import { onCpu, tensorsLeftBy, values } from './test-helpers.ts';
import { tf } from './tf.ts';
import { applyThreshold, masked, maskedStraightThrough, sumToShape } from './thresholded.ts';

/** The true derivatives of the operator. */
const exact: SubgradientEstimator = {
  backward({ upstream, weight, threshold, effective, operator }) {
    const d = operator.derivatives(weight, threshold, effective);
    return { weight: upstream.mul(d.weight), threshold: sumToShape(upstream.mul(d.threshold), threshold.shape) };
  },
};
const read = (tensor: tf.Tensor) => Array.from(tensor.dataSync(), (n) => n + 0);

/** Value and gradients of Σ upstream·f(a, b). */
function gradients(f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, a: tf.Tensor, b: tf.Tensor, upstream: number[]) {
  const value = read(f(a, b));
  const scaled = (x: tf.Tensor, y: tf.Tensor) => f(x, y).mul(tf.tensor(upstream, a.shape)).sum();
  const [da, db] = tf.grads(scaled as (...args: tf.Tensor[]) => tf.Tensor)([a, b]) as [tf.Tensor, tf.Tensor];
  expect([da.shape, db.shape]).toEqual([a.shape, b.shape]);
  return { value, a: read(da), b: read(db) };
}

describe('applyThreshold', () => {
  onCpu();
  const progress = () => tf.scalar(0.25);
  const W = [-1.5, -0.5, 0.25, 0.5, 1, 2];
  const G = [1, 2, 3, 4, 5, 6];

  it('goes forward by the operator and back by the estimator', () => {
    tf.tidy(() => {
      const softly = gradients(
        (w, t) => applyThreshold(w, t, { operator: soft(), estimator: exact, progress: progress() }),
        tf.tensor1d(W),
        tf.scalar(0.5),
        G,
      );
      expect(softly).toEqual({ value: [-1, 0, 0, 0, 0.5, 1.5], a: [1, 0, 0, 0, 5, 6], b: [1 - 5 - 6] });
      const hardly = gradients(
        (w, t) => applyThreshold(w, t, { operator: hard(), estimator: exact, progress: progress() }),
        tf.tensor1d(W),
        tf.scalar(0.5),
        G,
      );
      expect(hardly).toEqual({ value: [-1.5, 0, 0, 0, 1, 2], a: [1, 0, 0, 0, 5, 6], b: [0] });
    });
  });

  it('hands the estimator all that it may need', () => {
    let seen: Record<string, unknown> = {};
    const operator = soft();
    const estimator: SubgradientEstimator = {
      backward: (input: EstimatorInput) => {
        const { upstream, weight, threshold, effective, progress } = input;
        seen = Object.fromEntries(
          Object.entries({ upstream, weight, threshold, effective, progress }).map(([key, tensor]) => [key, read(tensor)]),
        );
        seen.operator = input.operator;
        return { weight: upstream.mul(10), threshold: threshold.mul(7) };
      },
    };
    tf.tidy(() => {
      const run = (w: tf.Tensor, t: tf.Tensor) => applyThreshold(w, t, { operator, estimator, progress: progress() });
      expect(gradients(run, tf.tensor1d([-2, 1]), tf.scalar(0.5), [3, 4])).toEqual({ value: [-1.5, 0.5], a: [30, 40], b: [3.5] });
    });
    expect(seen).toEqual({ upstream: [3, 4], weight: [-2, 1], threshold: [0.5], effective: [-1.5, 0.5], progress: [0.25], operator });
  });

  it('lets the gradient pass on into what the threshold is made of', () => {
    tf.tidy(() => {
      const s = tf.scalar(Math.log(0.5));
      const run = (w: tf.Tensor, s: tf.Tensor) => applyThreshold(w, s.exp(), { operator: soft(), estimator: exact, progress: progress() });
      const { b } = gradients(run, tf.tensor1d(W), s, G);
      expect(b[0]).toBeCloseTo(-10 * 0.5, 5); // dτ/ds = τ
    });
  });

  it.each([
    ['of a filter', [1, 3], [-0.5, 0, 0]],
    ['of a row', [2, 1], [-1, 2.5]],
    ['of a weight', [2, 3], [0, 0, 0, 0, 0, 0]],
    ['of the last axis alone', [3], [0, 0, 0]],
  ])('sums the gradient of a threshold %s over the weights that share it', (_, shape) => {
    tf.tidy(() => {
      const weight = tf.tensor2d([-2, 1, 3, 4, -5, 0.1], [2, 3]);
      const run = (w: tf.Tensor, t: tf.Tensor) => applyThreshold(w, t, { operator: soft(), estimator: exact, progress: progress() });
      const { b } = gradients(run, weight, tf.fill(shape, 0.5), G);
      // ∂Ŵ/∂τ = −sign(W) where |W| > 0.5, times G
      const each = [1, -2, -3, -4, 5, 0];
      const expected = {
        '1,3': [1 - 4, -2 + 5, -3],
        '2,1': [1 - 2 - 3, -4 + 5],
        '2,3': each,
        '3': [1 - 4, -2 + 5, -3],
      }[`${shape}`];
      expect(b).toEqual(expected);
    });
  });

  it('leaves no tensor behind', () => {
    const variable = tf.variable(tf.tensor1d(W));
    const left = tensorsLeftBy(() =>
      tf.tidy(() => {
        const loss = () =>
          applyThreshold(variable, tf.scalar(0.5), { operator: soft(), estimator: exact, progress: progress() }).sum() as tf.Scalar;
        tf.variableGrads(loss, [variable]);
      }),
    );
    expect(left).toBe(0);
    variable.dispose();
  });
});

describe('sumToShape', () => {
  onCpu();

  it.each([
    [[], [21]],
    [[1, 1], [21]],
    [[3], [5, 7, 9]],
    [
      [1, 3],
      [5, 7, 9],
    ],
    [
      [2, 1],
      [6, 15],
    ],
    [
      [2, 3],
      [1, 2, 3, 4, 5, 6],
    ],
  ])('sums [2, 3] to [%s]', (shape, expected) => {
    tf.tidy(() => {
      const summed = sumToShape(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]), shape);
      expect(summed.shape).toEqual(shape);
      expect(read(summed)).toEqual(expected);
    });
  });

  it('keeps axes of size 1', () => {
    expect(values(() => sumToShape(tf.tensor2d([1, 2], [1, 2]), [1, 2]))).toEqual([1, 2]);
    expect(values(() => sumToShape(tf.tensor2d([1, 2], [1, 2]), [1, 1]))).toEqual([3]);
  });
});

describe('masked', () => {
  onCpu();
  const [W, M, G] = [
    [2, -3, 4],
    [1, 0, 1],
    [5, 6, 7],
  ] as [number[], number[], number[]];

  const gradientsOf = (f: typeof masked) => tf.tidy(() => gradients(f, tf.tensor1d(W), tf.tensor1d(M), G));

  it('gives a masked weight no gradient', () => {
    expect(gradientsOf(masked)).toMatchObject({ value: [2, 0, 4], a: [5, 0, 7] });
  });

  it('gives every weight the full gradient when it is straight-through, and the mask none', () => {
    expect(gradientsOf(maskedStraightThrough)).toEqual({ value: [2, 0, 4], a: G, b: [0, 0, 0] });
  });
});
