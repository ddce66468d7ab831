import { type Component, erk, fromRun, global, hard, type Kernel, soft, type ThresholdOperator, tf, uniform } from '@espalier/core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { exp, identity, learned, power, type StrState, sigmoid, str } from './index.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});
afterEach(() => tf.disposeVariables());

const withCode = (code: string) => expect.objectContaining({ code });

/** The state of a 2×3 kernel at the start. */
function start(source: ReturnType<typeof learned>, sparsity: number | null) {
  const weight = tf.tidy(() => tf.variable(tf.zeros([2, 3])));
  const kernel: Kernel = { name: 'dense', weight, shape: [2, 3], size: 6, filterAxes: [1], uses: 1 };
  const context = { kernels: [kernel], totalSteps: 10, random: () => undefined as never, shared: <T>(_: string, make: () => T) => make() };
  const thresholds = source.towards(sparsity);
  const state: StrState = tf.tidy(() => thresholds.init(kernel, context));
  const read = (make: () => tf.Tensor | undefined) => tf.tidy(() => Array.from((make() as tf.Tensor).dataSync()));
  return {
    thresholds,
    state,
    threshold: () => read(() => thresholds.threshold(weight, state)),
    reported: () => read(() => thresholds.reported?.(state)),
  };
}

/** Three kernels of 4, 8 and 3 weights, hooks and all, without training in between. */
function layersOn(source: ReturnType<typeof learned>, sparsity: number) {
  const thresholds = source.towards(sparsity);
  const sizes = { first: 4, second: 8, third: 3 };
  const kernels = Object.entries(sizes).map(([name, size], n): Kernel => {
    const weight = tf.tidy(() =>
      tf.variable(
        tf.tensor(
          Array.from({ length: size }, (_, i) => (i + 1) * (n + 1) * (i % 2 ? -0.01 : 0.01)),
          [1, size],
        ),
      ),
    );
    return { name, weight, shape: [1, size], size, filterAxes: [1], uses: 1 };
  });
  const shared = new Map<string, unknown>();
  const context = {
    kernels,
    totalSteps: 100,
    random: () => undefined as never,
    shared: <T>(key: string, make: () => T): T => (shared.has(key) ? shared : shared.set(key, make())).get(key) as T,
  };
  const layers = kernels.map((kernel) => ({ kernel, state: thresholds.init(kernel, context) as StrState }));
  const step = { denseGradients: new Map(), random: () => undefined as never, maskMomentum: () => {} };
  return {
    layers,
    hooks: (...steps: number[]) => {
      for (const at of steps) tf.tidy(() => thresholds.beforeStep?.(layers, { ...step, step: at, totalSteps: 100 }));
    },
    finish: (operator: ThresholdOperator = soft()) => tf.tidy(() => thresholds.finish?.(layers, { totalSteps: 100, operator })),
    /** Weights that are left, but for those at the threshold itself: rounding may let them through before `finish`. */
    left: (operator: ThresholdOperator = soft()) =>
      layers.map(({ kernel, state }) => {
        const effective = () => operator.apply(kernel.weight, thresholds.threshold(kernel.weight, state));
        return tf.tidy(() => effective().abs().greater(1e-6).sum().dataSync()[0]);
      }),
  };
}

describe('learned, on the budget of an allocation', () => {
  const budget = fromRun({ run: { first: 0.75, second: 0.5, third: 0 } });

  it.each([sigmoid(), exp(), identity()])('leaves each layer as many weights as it says, after every correction: case %#', (g) => {
    const { hooks, left, finish } = layersOn(learned({ g, allocation: budget, every: 5 }), 7 / 15);
    hooks(0, 5, 50);
    expect(left()).toEqual([1, 4, 3]);
    finish();
    expect(left()).toEqual([1, 4, 3]);
    finish();
    expect(left()).toEqual([1, 4, 3]);
  });

  it('goes the same share of the way in every layer', () => {
    const { hooks, left } = layersOn(learned({ allocation: fromRun({ run: { first: 0.75, second: 0.75, third: 0 } }) }), 9 / 15);
    hooks(15); // cubic until half of the training: 1 − 0.7³ of the way
    expect(left()).toEqual([2, 4, 3]);
  });

  it.each<[string, Component<'allocation'>, number[]]>([
    ['uniform', uniform(), [2, 4, 1]],
    ['global', global(), [0, 6, 1]],
  ])('takes any allocation: %s', (_, allocation, expected) => {
    const { finish, left } = layersOn(learned({ allocation, granularity: 'filter' }), 8 / 15);
    finish(hard());
    expect(left(hard())).toEqual(expected);
  });

  it('changes no spec without one', () => {
    expect(str().spec).toEqual({ use: 'str' });
    expect(str({ allocation: erk() }).spec).toEqual({ use: 'str', allocation: { use: 'erk' } });
  });

  it('refuses to run free, and one s for all layers', () => {
    expect(() => str({ sparsity: null, sInit: -3, allocation: erk() })).toThrow(withCode('E_OPTIONS'));
    expect(() => str({ granularity: 'global', allocation: erk() })).toThrow(withCode('E_OPTIONS'));
  });
});

describe('learned', () => {
  it.each([sigmoid(), exp(), identity(), power()])('starts hardly visible on a budget: case %#', (g) => {
    const { threshold } = start(learned({ g }), 0.5);
    expect(threshold()[0]).toBeCloseTo(1e-3, 7);
  });

  it('starts where sInit says if it runs free', () => {
    expect(start(learned({ g: identity(), sInit: 0.25, granularity: 'filter' }), null).threshold()).toEqual([0.25, 0.25, 0.25]);
  });

  it('decays s on no budget only, by its own coefficient or that of the weights', () => {
    const decay = (source: ReturnType<typeof learned>, sparsity: number | null) => source.towards(sparsity).stateDecay;
    expect(decay(learned(), 0.5)).toBe(0);
    expect(decay(learned({ sInit: -3, decay: 0.2 }), null)).toBe(0.2);
    expect(decay(learned({ sInit: -3, decay: 'shared' }), null)).toBeUndefined();
  });

  it('reports no threshold below 0', () => {
    const { threshold, reported } = start(learned({ g: identity(), sInit: -0.5 }), null);
    expect([threshold(), reported()]).toEqual([[-0.5], [0]]);
  });

  it('refuses what makes no sense together', () => {
    expect(() => learned({ sInit: -3 }).towards(0.5)).toThrow(withCode('E_OPTIONS'));
    expect(() => learned({ decay: 'shared' }).towards(0.5)).toThrow(withCode('E_OPTIONS'));
    expect(() => learned().towards(null)).toThrow(withCode('E_OPTIONS'));
  });

  it('may start above 0 where the thresholds live there, in str too', () => {
    expect(str({ sparsity: null, sInit: 0.1, g: identity() }).spec).toEqual({
      use: 'str',
      sparsity: null,
      sInit: 0.1,
      g: { use: 'identity' },
    });
    expect(() => str({ sparsity: null, sInit: 0.1, g: exp() })).toThrow(withCode('E_OPTIONS'));
  });
});
