import assert from 'node:assert/strict';
import { before, describe, it, test } from 'node:test';
import { readFloats, tf, thresholdFunctionConditions } from '@espalier/core';
import { thresholdFunctionContract } from '@espalier/core/testing';
import plugin, { expLinear } from './index.ts';

const plugins = [plugin];

describe('exp-linear', () => thresholdFunctionContract({ test }, () => expLinear(), { plugins }));
describe('exp-linear with k = 0.2', () => thresholdFunctionContract({ test }, () => expLinear({ k: 0.2 }), { plugins }));

describe('exp-linear', () => {
  before(() => tf.setBackend('cpu'));

  const each = (xs: readonly number[], f: (x: tf.Tensor) => tf.Tensor) => Array.from(readFloats(() => f(tf.tensor1d([...xs]))));
  const near = (actual: readonly number[], expected: readonly number[]) => {
    assert.equal(actual.length, expected.length);
    for (const [i, value] of expected.entries()) assert.ok(Math.abs((actual[i] as number) - value) <= 1e-6 * Math.abs(value), `${actual}`);
  };

  it('is an exponential below 0 and its tangent above', () => {
    const { value, derivative, inverse } = expLinear({ k: 2 });
    near(each([-Math.LN2, 0, 1.5], value), [1, 2, 5]);
    near(each([-Math.LN2, 0, 1.5], derivative), [1, 2, 2]);
    near(each([1, 2, 5], inverse), [-Math.LN2, 0, 1.5]);
  });

  it("meets every condition of the paper's appendix", () => {
    for (const g of [expLinear(), expLinear({ k: 0.2 })])
      assert.deepEqual(
        thresholdFunctionConditions(g).map(({ name, verdict }) => `${name}: ${verdict}`),
        ['positive: pass', 'limits: pass', 'slope: pass', 'start: pass'],
      );
  });
});
