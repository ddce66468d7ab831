import { describe, expect, it } from 'vitest';
import { onCpu, values } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { soft } from './soft.ts';
import { softRescaled } from './soft-rescaled.ts';

onCpu();

/** The golden vectors of ST-3, one filter. */
const W = [-1.5, -0.3, 0, 0.2, 0.7, 2];
const TAU = 0.268941421;
const GOLDEN = [-1.285206674, -0.03242468979, 0, 0, 0.4500186844, 1.807199167];
const C = 1.043984986;

describe('softRescaled', () => {
  it('has the golden vectors of ST-3', () => {
    const effective = values(() => softRescaled().apply(tf.tensor1d(W), tf.scalar(TAU)));
    for (const [i, w] of effective.entries()) expect(w).toBeCloseTo(GOLDEN[i] as number, 6);
  });

  it('scales the weights under each threshold by a factor of their own', () => {
    // r = 4/5 and 3/3 give c = 1.01/0.81 and 1.
    const weight = () =>
      tf.tensor2d([
        [4, 3],
        [1, 0],
      ]);
    const effective = values(() => softRescaled().apply(weight(), tf.tensor2d([[1, 1]])));
    const expected = [3 * (1.01 / 0.81), 2, 0, 0];
    for (const [i, w] of effective.entries()) expect(w).toBeCloseTo(expected[i] as number, 5);
  });

  it('shrinks as soft does where nothing falls below the threshold', () => {
    const weight = () => tf.tensor1d([2, -3, 1.5]);
    const [ours, plain] = [softRescaled(), soft()].map((operator) => values(() => operator.apply(weight(), tf.scalar(0.5))));
    for (const [i, w] of (ours as number[]).entries()) expect(w).toBeCloseTo(plain?.[i] as number, 6);
  });

  it('is 0 where a filter or all its weights are gone', () => {
    expect(
      values(() =>
        softRescaled().apply(
          tf.tensor2d([
            [0, 0.1],
            [0, 0.2],
          ]),
          tf.tensor2d([[1, 1]]),
        ),
      ).map((w) => w + 0),
    ).toEqual([0, 0, 0, 0]);
  });

  it('has the derivatives of a soft threshold times the factor', () => {
    const of = (which: 'weight' | 'threshold') =>
      values(() => {
        const [w, t] = [tf.tensor1d(W), tf.scalar(TAU)];
        return softRescaled().derivatives(w, t, softRescaled().apply(w, t))[which];
      });
    const close = (actual: number[], expected: number[]) => {
      for (const [i, x] of actual.entries()) expect(x).toBeCloseTo(expected[i] as number, 6);
    };
    close(of('weight'), [C, C, 0, 0, C, C]);
    close(of('threshold'), [C, C, 0, 0, -C, -C]);
  });
});
