import { type Kernel, tf } from '@espalier/core';
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
