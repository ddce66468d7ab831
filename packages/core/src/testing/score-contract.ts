import type { Component } from '../component.ts';
import { randomStream } from '../random.ts';
import { tf } from '../tf.ts';
import { type ContractOptions, checksOn, expectNoLeak, readTensor, specChecks } from './component-checks.ts';
import { expect, expectEqual } from './expect.ts';
import type { Check, TestRegistrar } from './pruner-contract.ts';

/** Registers what every score must do as tests: `scoreContract({ test }, () => magnitude())`. */
export function scoreContract({ test }: TestRegistrar, create: () => Component<'score'>, options: ContractOptions = {}): void {
  for (const { name, run } of scoreChecks(create, options)) test(name, run);
}

/** What every score must do, as checks without a test runner. */
export function scoreChecks(create: () => Component<'score'>, options: ContractOptions = {}): readonly Check[] {
  return checksOn(options.engine, {
    'has the shape of the weight': () => keepsShape(create()),
    'is finite, also for weights that are 0, tiny or huge': () => staysFinite(create()),
    'gives the same scores whenever it is asked': () => isPure(create()),
    'leaves the weight as it is': () => leavesTheWeight(create()),
    'leaks no tensors': () => expectNoLeak('scoring', () => void create().of(weight([3, 4]))),
    ...specChecks(create(), options),
  });
}

// --- helpers ---

type Score = Component<'score'>;

const SHAPES: readonly (readonly number[])[] = [[1], [1, 1], [3, 4], [3, 3, 2, 4]];

function weight(shape: readonly number[]): tf.Tensor {
  const random = randomStream(0, 'weight to score');
  const size = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => 2 * random.uniform() - 1),
    [...shape],
  );
}

function keepsShape(score: Score): void {
  for (const shape of SHAPES) tf.tidy(() => expectEqual(score.of(weight(shape)).shape, shape, 'scores in the shape of the weight'));
}

function staysFinite(score: Score): void {
  const cases = { 'all 0': [0, 0, 0], '0 beside others': [0, 0.5, -0.5], tiny: [1e-38, -1e-38, 1e-30], huge: [1e18, -1e18, 1] };
  for (const [what, values] of Object.entries(cases)) {
    const scores = readTensor(() => score.of(tf.tensor1d(values)));
    expect(scores.every(Number.isFinite), `finite scores for weights that are ${what}`, [...scores].map(String));
  }
}

function isPure(score: Score): void {
  const first = readTensor(() => score.of(weight([3, 4])));
  readTensor(() => score.of(weight([5])));
  const again = readTensor(() => score.of(weight([3, 4])));
  expectEqual([...again], [...first], 'the same scores, asked again');
}

function leavesTheWeight(score: Score): void {
  const variable = tf.tidy(() => tf.variable(weight([3, 4]), false));
  try {
    const before = [...variable.dataSync()];
    readTensor(() => score.of(variable));
    expectEqual([...variable.dataSync()], before, 'the weight as it was before it was scored');
  } finally {
    variable.dispose();
  }
}
