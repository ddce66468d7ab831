import { attach, linear, type Pruner, tf } from '@espalier/core';
import { prunerContract } from '@espalier/core/testing';
import { afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import { autoPrune, type MaskParameterState, strPlugin } from './index.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});
afterEach(() => tf.disposeVariables());

const plugins = [strPlugin];
const withCode = (code: string) => expect.objectContaining({ code });

describe.each(['linear', 'leaky', 'softplus'] as const)('autoPrune, %s', (variant) => {
  prunerContract({ test }, (options) => autoPrune({ variant, ...options }), { plugins });
});

describe('autoPrune that runs free', () => {
  prunerContract({ test }, () => autoPrune({ sparsity: null, lambda: 0.01 }), { plugins });
});

function layer(pruner: Pruner, weights: readonly number[], m?: readonly number[]) {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, useBias: false, inputShape: [weights.length] })] });
  tf.tidy(() => model.setWeights([tf.tensor2d([...weights], [weights.length, 1])]));
  const pruned = attach(model, pruner, { totalSteps: 10 });
  const { kernel, state } = pruned.layers[0] as (typeof pruned.layers)[number];
  const own = (state as MaskParameterState).m;
  if (m) tf.tidy(() => own.assign(tf.tensor2d([...m], own.shape as [number, number])));
  const effective = () => pruner.reparameterize(kernel.weight, state, { progress: tf.scalar(0) });
  return { pruned, kernel, m: own, effective };
}
const numbers = (tensor: tf.Tensor | undefined) => Array.from((tensor as tf.Tensor).dataSync()).map((x) => x + 0);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

const W = [2, -3, 0.5, -0.25];
const M = [0.5, -1, 1e-30, 0];
const G = [1, 2, 3, 4];

describe('what autoPrune does', () => {
  it('keeps a weight exactly where its m is positive, however small beside the weight', () => {
    const { effective } = layer(autoPrune(), W, M);
    expect(numbers(effective())).toEqual([2, 0, 0.5, 0]);
    const other = layer(autoPrune(), [1e30, 1, 1e-30, -7], [1e-38, 1e-38, 1e-38, -1e-38]);
    expect(numbers(other.effective())).toEqual([1e30, 1, 1e-30, 0].map(Math.fround));
  });

  it.each([
    ['linear', {}, [1, 1, 1, 1]],
    ['leaky', { c: 0.3 }, [1, 0.3, 1, 1]],
    ['softplus', {}, [sigmoid(0.5), sigmoid(-1), 0.5, 0.5]],
  ] as const)("hands a masked gradient to W, and the paper's to m: %s", (variant, options, slopes) => {
    const { kernel, m, effective } = layer(autoPrune({ variant, ...options }), W, M);
    const loss = () =>
      effective()
        .mul(tf.tensor2d(G, [4, 1]))
        .sum() as tf.Scalar;
    const { grads } = tf.variableGrads(loss, [kernel.weight, m]);
    expect(numbers(grads[kernel.weight.name])).toEqual([1, 0, 3, 0]);
    const expected = W.map((w, i) => (G[i] as number) * Math.sign(w) * (slopes[i] as number));
    for (const [i, g] of numbers(grads[m.name]).entries()) expect(g).toBeCloseTo(expected[i] as number, 5);
  });

  it.each([
    ['linear', {}, [1, 1, 1, 1], 0.5 - 1],
    ['leaky', { c: 0.3 }, [1, 0.3, 1, 1], 0.5 - 0.3],
    ['softplus', {}, [sigmoid(0.5), sigmoid(-1), 0.5, 0.5], Math.log1p(Math.exp(0.5)) + Math.log1p(Math.exp(-1)) + 2 * Math.log(2)],
  ] as const)("penalizes m by λ·Σ H with H' = h': %s", (variant, options, slopes, total) => {
    const { pruned, m } = layer(autoPrune({ sparsity: null, lambda: 0.1, variant, ...options }), W, M);
    const { value, grads } = tf.variableGrads(() => pruned.penalty() as tf.Scalar, [m]);
    expect(value.dataSync()[0]).toBeCloseTo(0.1 * total, 6);
    for (const [i, g] of numbers(grads[m.name]).entries()) expect(g).toBeCloseTo(0.1 * (slopes[i] as number), 6);
  });

  it('starts as the ranking of magnitudes, and takes one number from every m on a budget', () => {
    const { pruned, m, effective } = layer(autoPrune({ sparsity: 0.5, schedule: linear({ start: 0, end: 0.5 }) }), W);
    expect(numbers(m)).toEqual([2, 3, 0.5, 0.25]);
    pruned.beforeStep({ step: 5, totalSteps: 10, denseGradients: new Map(), maskMomentum: () => {} });
    expect(numbers(m)).toEqual([1.5, 2.5, 0, -0.25]);
    expect(numbers(effective())).toEqual([2, -3, 0, 0]);
  });

  it('ends with exactly k weights, equal ones by position; twice is once', () => {
    const { pruned, m, effective } = layer(autoPrune({ sparsity: 0.5 }), [1, 1, 1, 0], [2, 2, 2, 9]);
    pruned.finish();
    expect(numbers(effective())).toEqual([1, 1, 0, 0]);
    const before = numbers(m);
    pruned.finish();
    expect(numbers(m)).toEqual(before);
  });
});

describe('the options of autoPrune', () => {
  it('promise the sparsity that is asked for, or nothing', () => {
    expect(autoPrune({ sparsity: 0.8 }).sparsity).toBe(0.8);
    expect(autoPrune({ sparsity: null, lambda: 0 }).sparsity).toBeUndefined();
  });

  it.each([{ sparsity: null }, { lambda: 0.1 }, { c: 0.5 }, { variant: 'cubic' }, { sparsity: null, lambda: -1 }])(
    'are refused where they make no sense: %o',
    (options) => {
      expect(() => autoPrune(options as never)).toThrow(withCode('E_OPTIONS'));
    },
  );
});
