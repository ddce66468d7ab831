import { describe, expect, it } from 'vitest';
import { onCpu, values } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { crossEntropy } from './loss.ts';

const LOGITS = [
  [2, 1, -1],
  [0, 0.5, 3],
];
const LABELS = [0, 1];
const logSoftmax = (logits: number[]) => logits.map((x) => x - Math.log(logits.reduce((sum, y) => sum + Math.exp(y), 0)));
const loss = (smoothing?: number) => values(() => crossEntropy(smoothing)(tf.tensor2d(LOGITS), tf.tensor1d(LABELS, 'int32')))[0] as number;
const mean = (of: (logP: number[], label: number) => number) =>
  LOGITS.reduce((sum, logits, i) => sum + of(logSoftmax(logits), LABELS[i] as number), 0) / LOGITS.length;

describe('crossEntropy', () => {
  onCpu();

  it('is the mean of −log p of the labels', () => {
    expect(loss()).toBeCloseTo(
      mean((logP, label) => -(logP[label] as number)),
      5,
    );
  });

  it('spreads the smoothing over all classes, the label among them', () => {
    const smoothed = mean((logP, label) => 0.9 * -(logP[label] as number) + 0.1 * (-logP.reduce((sum, l) => sum + l, 0) / 3));
    expect(loss(0.1)).toBeCloseTo(smoothed, 5);
    expect(loss(0)).toBe(loss());
  });

  it('stays finite for logits far apart', () => {
    expect(values(() => crossEntropy()(tf.tensor2d([[1000, -1000]]), tf.tensor1d([1], 'int32')))).toEqual([2000]);
  });

  it('has the gradient (softmax − target) / batch', () => {
    const gradient = values(() => {
      const f = (logits: tf.Tensor) => crossEntropy(0.3)(logits, tf.tensor1d(LABELS, 'int32'));
      return tf.grad(f)(tf.tensor2d(LOGITS));
    });
    const expected = LOGITS.flatMap((logits, i) =>
      logSoftmax(logits).map((logP, j) => (Math.exp(logP) - (0.1 + (LABELS[i] === j ? 0.7 : 0))) / 2),
    );
    expect(gradient).toEqual(expected.map((n) => expect.closeTo(n, 6)));
  });
});
