import type { Component } from '../component.ts';
import { randomStream } from '../random.ts';
import { tf } from '../tf.ts';
import { type ContractOptions, checksOn, expectNoLeak, readTensor, specChecks } from './component-checks.ts';
import { expect, expectEqual } from './expect.ts';
import type { Check, TestRegistrar } from './pruner-contract.ts';

/** Registers what every regularizer must do as tests: `regularizerContract({ test }, () => l1({ lambda: 0.1 }))`. */
export function regularizerContract({ test }: TestRegistrar, create: () => Component<'regularizer'>, options: ContractOptions = {}): void {
  for (const { name, run } of regularizerChecks(create, options)) test(name, run);
}

/**
 * What every regularizer must do, as checks without a test runner. Make it with coefficients between
 * 0.01 and 10: too small a penalty has no gradient that could be told from another.
 */
export function regularizerChecks(create: () => Component<'regularizer'>, options: ContractOptions = {}): readonly Check[] {
  return checksOn(options.engine, {
    'has a penalty that is a finite scalar': () => hasScalarPenalty(create()),
    'has a gradient in the shape of the parameter': () => keepsShape(create()),
    'has the gradient of its penalty, by automatic differentiation': () => agreesWithAutodiff(create()),
    'has the gradient of its penalty, by finite differences': () => agreesWithDifferences(create()),
    'is finite at zero, and near it': () => isFiniteAtZero(create()),
    'gives the same bits whenever it is asked': () => isPure(create()),
    'leaks no tensors': () => leaksNothing(create()),
    ...specChecks(create(), options),
  });
}

// --- helpers: the checks ---

type Regularizer = Component<'regularizer'>;

function hasScalarPenalty(regularizer: Regularizer): void {
  for (const shape of SHAPES) {
    tf.tidy(() => {
      const penalty = regularizer.penalty(parameter(shape));
      expectEqual(penalty.shape, [], `the shape of the penalty of a parameter of shape [${shape}]`);
      const value = penalty.dataSync()[0] as number;
      expect(Number.isFinite(value), `a finite penalty of a parameter of shape [${shape}]`, String(value));
    });
  }
}

function keepsShape(regularizer: Regularizer): void {
  for (const shape of SHAPES) tf.tidy(() => expectEqual(regularizer.gradient(parameter(shape)).shape, shape, 'the shape of the gradient'));
}

function agreesWithAutodiff(regularizer: Regularizer): void {
  for (const shape of SHAPES) {
    const automatic = readTensor(() => tf.grad((x) => regularizer.penalty(x))(parameter(shape)));
    expectClose(gradientOf(regularizer, shape), automatic, 1e-4, `the automatic gradient at shape [${shape}]`);
  }
}

function agreesWithDifferences(regularizer: Regularizer): void {
  const penaltyAt = (values: Float32Array, shape: readonly number[]) =>
    readTensor(() => regularizer.penalty(tf.tensor(values, [...shape], 'float32')))[0] as number;
  for (const shape of SHAPES) {
    const at = readTensor(() => parameter(shape));
    const differences = at.map((value, i) => {
      const [up, down] = [value + STEP, value - STEP].map((moved) => Math.fround(moved)) as [number, number];
      return (penaltyAt(at.with(i, up), shape) - penaltyAt(at.with(i, down), shape)) / (up - down);
    });
    expectClose(gradientOf(regularizer, shape), differences, 1e-2, `the difference quotients at shape [${shape}]`);
  }
}

function isFiniteAtZero(regularizer: Regularizer): void {
  const cases = { 'all zero': [0, 0, 0], 'one zero': [0, 1, -2], 'almost zero': [1e-30, -1e-30, 0], 'one at all': [0] };
  for (const [what, values] of Object.entries(cases)) {
    const found = [
      ...readTensor(() => regularizer.gradient(tf.tensor1d(values))),
      ...readTensor(() => regularizer.penalty(tf.tensor1d(values))),
    ];
    expect(found.every(Number.isFinite), `a finite gradient and penalty where the parameter is ${what}`, found.map(String));
  }
}

function isPure(regularizer: Regularizer): void {
  const both = () => [...gradientOf(regularizer, [3, 4]), ...readTensor(() => regularizer.penalty(parameter([3, 4])))];
  const first = both();
  gradientOf(regularizer, [5]);
  expectEqual(both(), first, 'the same gradient and penalty, asked again');
}

function leaksNothing(regularizer: Regularizer): void {
  expectNoLeak('a gradient and a penalty', () => {
    regularizer.gradient(parameter([3, 4]));
    regularizer.penalty(parameter([3, 4]));
  });
}

// --- helpers: numbers ---

const SHAPES: readonly (readonly number[])[] = [[], [1], [4], [3, 2], [3, 3, 2, 4]];
const STEP = 2 ** -7;

/** Magnitudes from ¼ to 1 of either sign: away from 0, where penalties have kinks. */
function parameter(shape: readonly number[]): tf.Tensor {
  const random = randomStream(0, 'parameter to regularize');
  const size = shape.reduce((product, n) => product * n, 1);
  const values = Float32Array.from({ length: size }, () => (random.uniform() < 0.5 ? -1 : 1) * (0.25 + 0.75 * random.uniform()));
  return tf.tensor(values, [...shape]);
}

const gradientOf = (regularizer: Regularizer, shape: readonly number[]): Float32Array =>
  readTensor(() => regularizer.gradient(parameter(shape)));

/** Up to a share of the largest of the expected numbers; rounding alone where they are all 0. */
function expectClose(found: Float32Array, expected: Float32Array, tolerance: number, what: string): void {
  const within = tolerance * Math.max(1e-2, ...expected.map(Math.abs));
  const i = found.findIndex((value, at) => !(Math.abs(value - (expected[at] as number)) <= within));
  expect(i < 0, `${what}, ${expected[i]} for element ${i}`, found[i]);
}
