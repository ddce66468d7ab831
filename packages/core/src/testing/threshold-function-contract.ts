import type { Component } from '../component.ts';
import { tf } from '../tf.ts';
import { type ContractOptions, checksOn, expectNoLeak, readTensor, specChecks } from './component-checks.ts';
import { expect, expectEqual } from './expect.ts';
import type { Check, TestRegistrar } from './pruner-contract.ts';

/** Registers what every threshold function must do as tests: `thresholdFunctionContract({ test }, () => sigmoid({ k: 2 }))`. */
export function thresholdFunctionContract(
  { test }: TestRegistrar,
  create: () => Component<'threshold-function'>,
  options: ContractOptions = {},
): void {
  for (const { name, run } of thresholdFunctionChecks(create, options)) test(name, run);
}

/**
 * What every threshold function must do, as checks without a test runner. Whether it meets the
 * conditions of the STR paper is another question, which `thresholdFunctionConditions` answers: a control may break them.
 */
export function thresholdFunctionChecks(create: () => Component<'threshold-function'>, options: ContractOptions = {}): readonly Check[] {
  return checksOn(options.engine, {
    'keeps the shape that it is given': () => keepsShape(create()),
    'never falls as s grows': () => neverFalls(create()),
    'stays inside the range that it declares': () => staysInside(create()),
    'comes near to both ends of that range': () => reachesItsEnds(create()),
    'has the derivative that automatic differentiation gives': () => agreesWithAutodiff(create()),
    'has the derivative that finite differences give': () => agreesWithDifferences(create()),
    'is inverted by its inverse': () => isInverted(create()),
    'has an inverse that rises strictly, also above the supremum': () => hasRisingInverse(create()),
    'has the inverse of 0 that belongs to it': () => invertsZero(create()),
    'is finite where s is far below, as at -3200': () => isFiniteFarBelow(create()),
    'leaks no tensors': () => leaksNothing(create()),
    ...specChecks(create(), options),
  });
}

// --- helpers: the checks ---

type ThresholdFunction = Component<'threshold-function'>;

function keepsShape(g: ThresholdFunction): void {
  for (const shape of SHAPES) {
    tf.tidy(() => {
      for (const [name, f] of Object.entries(functionsOf(g))) {
        expectEqual(f(tf.fill([...shape], 0.25)).shape, shape, `the shape of ${name} (it works elementwise, for any granularity)`);
      }
    });
  }
}

/** Of a backend that computes several numbers at once: the last bits may depend on the place. */
const ROUNDING = 1e-6;

function neverFalls(g: ThresholdFunction): void {
  const at = [...FAR_BELOW, ...grid(-20, 20, 801), ...FAR_ABOVE];
  const values = apply(g.value, at);
  for (const [i, s] of at.entries()) {
    const [before, value] = [values[Math.max(0, i - 1)], values[i]] as [number, number];
    const falls = !(value >= before || before - value < ROUNDING * Math.abs(before));
    expect(!falls, `g(${s}) of at least ${before}, as just below (a larger s prunes more)`, value);
  }
}

function staysInside(g: ThresholdFunction): void {
  const [infimum, supremum] = g.range;
  expect(infimum < supremum, 'a range from the infimum up to the supremum', text(g.range));
  const at = [...FAR_BELOW, ...grid(-20, 20, 401), ...FAR_ABOVE];
  for (const [i, value] of apply(g.value, at).entries()) {
    const inside = value >= infimum && value <= supremum * (1 + ROUNDING);
    expect(inside, `g(${at[i]}) in the declared range ${text(g.range)} (correct "range", or the value)`, String(value));
  }
}

function reachesItsEnds(g: ThresholdFunction): void {
  const [infimum, supremum] = g.range;
  const [lowest, low, middle, high, highest] = apply(g.value, [-1e6, -1e3, 0, 1e3, 1e6]) as [number, number, number, number, number];
  const near = Math.max(1e-3 * Math.abs(middle - infimum), 1e-30);
  const down = Number.isFinite(infimum) ? Math.abs(lowest - infimum) <= near : lowest < low - 1e-2 * Math.abs(low);
  expect(down, `g(−10⁶) near the infimum ${infimum} that "range" declares`, String(lowest));
  const up = Number.isFinite(supremum) ? Math.abs(highest - supremum) <= 1e-2 * Math.abs(supremum) : highest > high + 1e-2 * Math.abs(high);
  expect(up || highest === Number.POSITIVE_INFINITY, `g(10⁶) near the supremum ${supremum} that "range" declares`, String(highest));
}

function agreesWithAutodiff(g: ThresholdFunction): void {
  const [closed, automatic] = [apply(g.derivative, POINTS), apply((s) => tf.grad(g.value)(s), POINTS)];
  const scale = Math.max(...automatic.map(Math.abs));
  for (const [i, s] of POINTS.entries()) {
    const [found, wanted] = [closed[i] as number, automatic[i] as number];
    const close = Math.abs(found - wanted) <= 1e-3 * Math.abs(wanted) + 1e-6 * scale;
    expect(close, `${wanted} for the derivative at s = ${s}, which is the gradient of "value"`, String(found));
  }
}

function agreesWithDifferences(g: ThresholdFunction): void {
  const closed = apply(g.derivative, POINTS);
  for (const [i, s] of POINTS.entries()) {
    const found = closed[i] as number;
    const quotients = [0.1, 0.01, 0.001].map((share) => {
      const [above, below] = [s + share * Math.abs(s), s - share * Math.abs(s)].map(Math.fround) as [number, number];
      const [up, down] = apply(g.value, [above, below]) as [number, number];
      return { quotient: (up - down) / (above - below), noise: (2 ** -22 * Math.abs(up)) / (above - below) };
    });
    const close = quotients.some(({ quotient, noise }) => Math.abs(found - quotient) <= 0.03 * Math.abs(quotient) + noise);
    const wanted = quotients.map(({ quotient }) => quotient.toPrecision(3)).join(' or ');
    expect(close, `${wanted} for the derivative at s = ${s}, which difference quotients of "value" give`, String(found));
  }
}

function isInverted(g: ThresholdFunction): void {
  const thresholds = [1e-6, 1e-3, 0.02, 0.3, 0.9].map((share) => share * topOf(g));
  for (const [i, found] of apply((threshold) => g.value(g.inverse(threshold)), thresholds).entries()) {
    const threshold = thresholds[i] as number;
    const close = Math.abs(found - threshold) <= 1e-3 * threshold;
    expect(close, `g(g⁻¹(${threshold})) to be ${threshold} again (an exact budget solves for s with the inverse)`, String(found));
  }
}

function hasRisingInverse(g: ThresholdFunction): void {
  const shares = [1e-20, 1e-8, 1e-3, 0.1, 0.4, 0.5, 0.6, 0.9, 0.999, 1.001, 1.1, 2, 10, 1e3, 1e6];
  const thresholds = shares.map((share) => share * topOf(g));
  const inverse = apply(g.inverse, thresholds);
  for (const [i, s] of inverse.entries()) {
    const threshold = thresholds[i] as number;
    expect(Number.isFinite(s), `a finite inverse of ${threshold} (above the supremum it goes on as a line)`, String(s));
    const before = inverse[i - 1] ?? Number.NEGATIVE_INFINITY;
    expect(s > before, `an inverse of ${threshold} above ${before}, that of ${thresholds[i - 1]} (weights are ranked by it)`, String(s));
  }
}

function invertsZero(g: ThresholdFunction): void {
  const [s] = apply(g.inverse, [0]) as [number];
  const [value] = s === Number.NEGATIVE_INFINITY ? [0] : (apply(g.value, [s]) as [number]);
  expect(value === 0, '−∞ for the inverse of 0, or an s with g(s) = 0 where there is one', `${s}, where g is ${value}`);
}

function isFiniteFarBelow(g: ThresholdFunction): void {
  for (const [name, f] of Object.entries({ ...functionsOf(g), 'the gradient of value': (s: tf.Tensor) => tf.grad(g.value)(s) })) {
    if (name === 'inverse') continue;
    for (const [i, value] of apply(f, FAR_BELOW).entries()) {
      expect(
        Number.isFinite(value),
        `a finite number from ${name} at s = ${FAR_BELOW[i]} (training starts at −3200 in the paper)`,
        String(value),
      );
    }
  }
}

function leaksNothing(g: ThresholdFunction): void {
  for (const [name, f] of Object.entries(functionsOf(g))) expectNoLeak(name, () => void f(tf.tensor1d([0.1, 0.2])));
}

// --- helpers: numbers ---

const SHAPES: readonly (readonly number[])[] = [[], [3], [1, 3], [2, 1, 2]];
const FAR_BELOW = [-12800, -3200, -200];
const FAR_ABOVE = [80, 1e3];
const POINTS = [-30, -12, -6.9, -3, -1, -0.1, 0.05, 0.5, 2, 5];

const grid = (from: number, to: number, points: number): number[] =>
  Array.from({ length: points }, (_, i) => from + (i * (to - from)) / (points - 1));

const functionsOf = (g: ThresholdFunction): Record<'value' | 'derivative' | 'inverse', (x: tf.Tensor) => tf.Tensor> => ({
  value: (s) => g.value(s),
  derivative: (s) => g.derivative(s),
  inverse: (threshold) => g.inverse(threshold),
});

/** The largest threshold that is tried from below: the supremum, or 1. */
const topOf = (g: ThresholdFunction): number => (Number.isFinite(g.range[1]) ? g.range[1] : 1);

const apply = (f: (x: tf.Tensor) => tf.Tensor, at: readonly number[]): number[] => Array.from(readTensor(() => f(tf.tensor1d([...at]))));

/** JSON has no infinity. */
const text = (numbers: readonly number[]): string => `[${numbers.join(', ')}]`;
