import { type Kernel, type PrunedLayer, soft, tf } from '@espalier/core';
import { prunerContract } from '@espalier/core/testing';
import { afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import type { ControlledState } from './controls.ts';
import { exp, identity, learned, str, strPlugin } from './index.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const plugins = [strPlugin];
const withCode = (code: string) => expect.objectContaining({ code });

describe('str with feedback on λ', () => {
  prunerContract({ test }, (options) => str({ control: 'feedback', every: 2, ...options }), { plugins });
});

describe('str that freezes when the target is reached', () => {
  prunerContract({ test }, (options) => str({ control: 'freeze', sInit: -5, decay: 0.5, every: 2, ...options }), { plugins });
});

const WEIGHTS = [0.1, -0.2, 0.3, -0.4, 0.5, -0.6, 0.7, -0.8, 0.9, -1];

/** A layer of ten weights under a control, its hooks without any training in between. */
function atWork(options: Parameters<typeof learned>[0], sparsity: number) {
  const weight = tf.tidy(() => tf.variable(tf.tensor2d(WEIGHTS, [5, 2])));
  const kernel: Kernel = { name: 'dense', weight, shape: [5, 2], size: 10, filterAxes: [1], uses: 1 };
  const thresholds = learned({ g: exp(), every: 5, ...options }).towards(sparsity);
  const context = { kernels: [kernel], totalSteps: 100, random: () => undefined as never, shared: <T>(_: string, make: () => T) => make() };
  const state = tf.tidy(() => thresholds.init(kernel, context)) as ControlledState;
  const layers: PrunedLayer<ControlledState>[] = [{ kernel, state }];
  const rest = { totalSteps: 100, denseGradients: new Map(), random: context.random, maskMomentum: () => {} };
  return {
    state,
    thresholds,
    layers,
    beforeStep: (step: number) => tf.tidy(() => thresholds.beforeStep?.(layers, { ...rest, step })),
    setThreshold: (tau: number) => tf.tidy(() => state.s.assign(tf.scalar(Math.log(tau)))),
    threshold: () => Math.exp(state.s.dataSync()[0] as number),
    left: () => tf.tidy(() => weight.abs().greater(tf.exp(state.s)).sum().dataSync()[0]),
    lambda: () => state.lambda?.dataSync()[0],
  };
}
afterEach(() => tf.disposeVariables());

describe('feedback', () => {
  it('raises λ by the distance to the schedule and the sum of such distances', () => {
    const control = atWork({ control: 'feedback', decay: 0.01, proportional: 2, integral: 0.5 }, 0.8);
    expect(control.lambda()).toBeCloseTo(0.01, 8);
    control.setThreshold(0.15); // 1 of 10 removed
    control.beforeStep(50); // the ramp is done: 8 of 10 wanted
    expect(control.lambda()).toBeCloseTo(0.01 * Math.exp(2 * 0.7 + 0.5 * 0.7), 6);
    control.setThreshold(0.55); // 5 of 10
    control.beforeStep(55);
    expect(control.lambda()).toBeCloseTo(0.01 * Math.exp(2 * 0.3 + 0.5 * 1), 6);
    control.beforeStep(56); // no look in between
    expect(control.lambda()).toBeCloseTo(0.01 * Math.exp(2 * 0.3 + 0.5 * 1), 6);
  });

  it('lets λ rise to ten times that at the start, and pulls on s with it', () => {
    const control = atWork({ control: 'feedback', decay: 0.01, proportional: 100 }, 0.8);
    control.setThreshold(0.15);
    control.beforeStep(50);
    expect(control.lambda()).toBeCloseTo(0.1, 6);
    const penalty = tf.tidy(() => control.thresholds.penalty?.(control.layers).dataSync()[0]);
    expect(penalty).toBeCloseTo((0.1 / 2) * Math.log(0.15) ** 2, 5);
    expect(control.thresholds.stateDecay).toBe(0);
  });

  it('freezes where the target is reached, but not before the schedule ends', () => {
    const control = atWork({ control: 'feedback' }, 0.8);
    control.setThreshold(0.85); // 8 of 10 removed
    control.beforeStep(20);
    control.setThreshold(0.15);
    control.beforeStep(21);
    expect(control.threshold()).toBeCloseTo(0.15, 6);
    control.setThreshold(0.85);
    control.beforeStep(50);
    const frozen = control.threshold();
    control.setThreshold(0.15);
    control.beforeStep(51);
    expect(control.threshold()).toBe(frozen);
  });
});

describe('freeze', () => {
  it('runs free with its own decay, then keeps s and leaves exactly the weights that were asked for', () => {
    const control = atWork({ control: 'freeze', sInit: -4, decay: 0.2 }, 0.8);
    expect(control.thresholds.stateDecay).toBe(0.2);
    expect(control.threshold()).toBeCloseTo(Math.exp(-4), 6);
    control.setThreshold(0.75); // 7 of 10
    control.beforeStep(10);
    control.setThreshold(0.77);
    control.beforeStep(11);
    expect(control.threshold()).toBeCloseTo(0.77, 6);
    control.setThreshold(0.95); // 9 of 10, one too many
    control.beforeStep(15);
    expect(control.left()).toBe(2);
    const frozen = control.threshold();
    control.setThreshold(0.01);
    control.beforeStep(16);
    expect(control.threshold()).toBe(frozen);
    expect(control.left()).toBe(2);
  });

  it('ends with survivors that sank below their threshold since, hardly above it, and with the s that was frozen', () => {
    const control = atWork({ control: 'freeze', sInit: -4, decay: 0.2 }, 0.8);
    control.setThreshold(0.85);
    control.beforeStep(10);
    const frozen = control.threshold();
    const { kernel } = control.layers[0] as PrunedLayer<ControlledState>;
    const trained = [...kernel.weight.dataSync().slice(0, 9), 0.3];
    tf.tidy(() => kernel.weight.assign(tf.tensor2d(trained, [5, 2])));
    expect(control.left()).toBe(1);
    tf.tidy(() => control.thresholds.finish?.(control.layers, { totalSteps: 100, operator: soft() }));
    expect(control.threshold()).toBe(frozen);
    expect(control.left()).toBe(2);
    const [other, sunk] = kernel.weight.dataSync().slice(8) as unknown as [number, number];
    expect(other).toBeCloseTo(0.9, 6);
    expect(sunk / frozen - 1).toBeGreaterThan(0);
    expect(sunk / frozen - 1).toBeLessThan(1e-5);
  });
});

describe('the options of a control', () => {
  it.each([
    { control: 'feedback', sInit: -3 },
    { control: 'feedback', decay: 'shared' },
    { control: 'freeze', decay: 'shared' },
    { control: 'freeze', proportional: 1 },
    { control: 'freeze', g: identity() },
    { integral: 1 },
    { decay: 0.1 },
    { control: 'freeze', sparsity: null, sInit: -3 },
    { control: 'pid' },
  ])('are refused where they make no sense: %o', (options) => {
    expect(() => str(options as never)).toThrow(withCode('E_OPTIONS'));
  });

  it('leave the spec of what is not controlled as it was', () => {
    expect(str({ sparsity: 0.95 }).spec).toEqual({ use: 'str', sparsity: 0.95 });
    expect(str({ control: 'freeze', multiplyAdds: 0.1 }).multiplyAdds).toBe(0.1);
  });
});
