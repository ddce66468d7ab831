import { createRegistry, cubic, linear, tf } from '@espalier/core';
import { prunerContract } from '@espalier/core/testing';
import { describe, expect, it, test } from 'vitest';
import { exp, str, straightThrough, strPlugin } from './index.ts';

const plugins = [strPlugin];
const withCode = (code: string) => expect.objectContaining({ code });

describe('str on an exact budget', () => {
  prunerContract({ test }, (options) => str({ ...options }), { plugins });
});

describe.each(['filter', 'weight', 'global'] as const)('str with one threshold per %s', (granularity) => {
  prunerContract({ test }, (options) => str({ granularity, ...options }), { plugins });
});

describe('str with g = exp, the straight-through estimator, and a correction in every step', () => {
  const schedule = linear({ start: 0.1, end: 0.8 });
  prunerContract({ test }, (options) => str({ g: exp(), estimator: straightThrough(), schedule, every: 1, ...options }), { plugins });
});

describe('str that runs free with the decay of the weights', () => {
  prunerContract({ test }, () => str({ sparsity: null, sInit: -3, decay: 'shared' }), { plugins });
});

describe('str that runs free with a decay of its own', () => {
  prunerContract({ test }, () => str({ sparsity: null, sInit: -5, decay: 0.03, g: exp(), granularity: 'filter' }), { plugins });
});

describe('the options of str', () => {
  it('promise the sparsity that is asked for, or nothing', () => {
    expect(str().sparsity).toBe(0.9);
    expect(str({ sparsity: 0.95 }).sparsity).toBe(0.95);
    expect(str({ sparsity: null, sInit: -3 }).sparsity).toBeUndefined();
  });

  it('give s no decay on a budget, else its own or that of the weights', () => {
    expect(str().stateDecay).toBe(0);
    expect(str({ sparsity: null, sInit: -3, decay: 0.01 }).stateDecay).toBe(0.01);
    expect(str({ sparsity: null, sInit: -3, decay: 'shared' }).stateDecay).toBeUndefined();
    expect(str({ sparsity: null, sInit: -3 }).stateDecay).toBeUndefined();
  });

  it.each([
    { sInit: -3 },
    { sparsity: 0.5, decay: 0.1 },
    { sparsity: null },
    { sparsity: null, sInit: 1 },
    { sparsity: null, sInit: -3, decay: -1 },
    { sparsity: 1 },
    { sparsity: -0.1 },
    { sparsity: 90 },
    { every: 0 },
    { every: 2.5 },
    { granularity: 'channel' },
    { g: cubic() },
  ])('are refused where they make no sense: %o', (options) => {
    expect(() => str(options as never)).toThrow(withCode('E_OPTIONS'));
  });

  it('are read from a config by name', () => {
    const pruner = createRegistry([strPlugin]).build('pruner', { use: 'str', g: 'exp', estimator: { use: 'straight-through' } });
    expect(pruner.spec).toEqual({ use: 'str', g: { use: 'exp' }, estimator: { use: 'straight-through' } });
  });
});

describe('the threshold of str', () => {
  it('starts hardly visible on a budget, where sInit says if it runs free', () => {
    const start = (pruner: ReturnType<typeof str>) =>
      tf.tidy(() => {
        const weight = tf.variable(tf.zeros([2, 3]));
        const kernel = { name: 'dense', weight, shape: [2, 3], size: 6, filterAxes: [1], uses: 1 };
        const context = {
          kernels: [kernel],
          totalSteps: 10,
          random: () => undefined as never,
          shared: <T>(_: string, make: () => T) => make(),
        };
        const state = pruner.init(kernel, context);
        const threshold = pruner.threshold?.(state).dataSync()[0] as number;
        tf.dispose([weight, state.s]);
        return threshold;
      });
    expect(start(str())).toBeCloseTo(1e-3, 7);
    expect(start(str({ g: exp() }))).toBeCloseTo(1e-3, 7);
    expect(start(str({ sparsity: null, sInit: -3 }))).toBeCloseTo(0.0474258736, 7);
  });
});
