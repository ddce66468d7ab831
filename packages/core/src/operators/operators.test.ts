import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ThresholdOperator } from '../kinds/operator.ts';
import { onCpu, values } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { hard } from './hard.ts';
import { soft } from './soft.ts';

const apply = (operator: ThresholdOperator, weights: number[], threshold: number | number[]) =>
  values(() => operator.apply(tf.tensor1d(weights), tf.tensor(threshold, undefined, 'float32')));
const derivatives = (operator: ThresholdOperator, weights: number[], threshold: number) => {
  const of = (which: 'weight' | 'threshold') =>
    values(() => {
      const [w, t] = [tf.tensor1d(weights), tf.scalar(threshold)];
      return operator.derivatives(w, t, operator.apply(w, t))[which];
    }).map((d) => d + 0);
  return { weight: of('weight'), threshold: of('threshold') };
};
const f32 = Math.fround;
const W = [-1.5, -0.5, -0.25, 0, 0.25, 0.5, 2];

describe('soft', () => {
  onCpu();

  it('takes a threshold below zero for zero', () => {
    expect(apply(soft(), W, -0.5)).toEqual(W.map(f32));
    expect(derivatives(soft(), W, -0.5)).toEqual(derivatives(soft(), W, 0));
  });

  it('is zero below the threshold and shrinks by it above', () => {
    expect(apply(soft(), W, 0.5).map((w) => w + 0)).toEqual([-1, 0, 0, 0, 0, 0, 1.5]);
  });

  it('leaves everything as it is at threshold 0', () => {
    expect(apply(soft(), W, 0)).toEqual(W);
  });

  it('is sign(W)·max(|W| − τ, 0) to the last bit', () => {
    const float = fc.float({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(
        fc.array(float, { minLength: 1, maxLength: 20 }),
        fc.float({ min: 0, noNaN: true, noDefaultInfinity: true }),
        (list, threshold) => {
          const weights = [...list, threshold, -threshold];
          const textbook = values(() => {
            const w = tf.tensor1d(weights);
            return w.sign().mul(w.abs().sub(threshold).relu());
          });
          expect(apply(soft(), weights, threshold).map((w) => w + 0)).toEqual(textbook.map((w) => w + 0));
        },
      ),
    );
  });

  it('takes a gradient back as its derivatives do', () => {
    const [weight, threshold, upstream] = [tf.tensor1d(W), tf.scalar(0.5), tf.tensor1d([2, 3, 5, 7, 11, 13, 17])];
    const back = soft().backward?.(upstream, weight, threshold, soft().apply(weight, threshold));
    expect([back?.weight, back?.threshold].map((tensor) => Array.from(tensor?.add(0).dataSync() ?? []))).toEqual([
      [2, 0, 0, 0, 0, 0, 17],
      [2, 0, 0, 0, 0, 0, -17],
    ]);
  });

  it('has the derivatives 1 and −sign(W) where a weight is left, 0 elsewhere', () => {
    expect(derivatives(soft(), W, 0.5)).toEqual({ weight: [1, 0, 0, 0, 0, 0, 1], threshold: [1, 0, 0, 0, 0, 0, -1] });
  });
});

describe('hard', () => {
  onCpu();

  it('is zero below the threshold and leaves what is above', () => {
    expect(apply(hard(), W, 0.5).map((w) => w + 0)).toEqual([-1.5, 0, 0, 0, 0, 0, 2]);
  });

  it('has the derivative 1 where a weight is left, and none in the threshold', () => {
    expect(derivatives(hard(), W, 0.5)).toEqual({ weight: [1, 0, 0, 0, 0, 0, 1], threshold: [0, 0, 0, 0, 0, 0, 0] });
  });
});

describe.each([
  ['soft', soft()],
  ['hard', hard()],
])('%s', (_, operator) => {
  onCpu();

  it('is exactly zero where the magnitude equals the threshold, and only up to there', () => {
    fc.assert(
      fc.property(fc.float({ min: f32(1e-30), max: f32(1e30), noNaN: true }), (threshold) => {
        const above = f32(threshold * (1 + 2 ** -22));
        const [minus, plus, next] = apply(operator, [-threshold, threshold, above], threshold) as [number, number, number];
        expect([minus + 0, plus + 0]).toEqual([0, 0]);
        expect(next).not.toBe(0);
      }),
    );
  });

  it('takes a threshold for each weight', () => {
    const left = apply(operator, [1, 1, -1], [0.5, 1, 2]).map((w) => w !== 0);
    expect(left).toEqual([true, false, false]);
  });
});
