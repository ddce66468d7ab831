import type { Component } from '../component.ts';
import { randomStream } from '../random.ts';
import { tf } from '../tf.ts';
import { type ContractOptions, checksOn, expectNoLeak, readTensor, specChecks } from './component-checks.ts';
import { expect, expectEqual } from './expect.ts';
import type { Check, TestRegistrar } from './pruner-contract.ts';

/** Registers what every operator must do as tests: `operatorContract({ test }, () => soft())`. */
export function operatorContract({ test }: TestRegistrar, create: () => Component<'operator'>, options: ContractOptions = {}): void {
  for (const { name, run } of operatorChecks(create, options)) test(name, run);
}

/**
 * What every operator must do, as checks without a test runner. One that pools is spared what only
 * an elementwise one can do.
 */
export function operatorChecks(create: () => Component<'operator'>, options: ContractOptions = {}): readonly Check[] {
  return checksOn(options.engine, {
    'keeps the shape of the weight at every granularity of the threshold': () => keepsShape(create()),
    'gives exactly 0 where |W| ≤ τ, and not 0 above': () => isZeroBelow(create()),
    'treats both signs alike': () => isOdd(create()),
    'leaves weights as they are at τ = 0': () => isTheIdentityAtZero(create()),
    'has derivatives in the shape of the weight, 0 where |W| ≤ τ': () => hasDerivativesAbove(create()),
    'is finite close to τ and far from it': () => staysFinite(create()),
    'leaks no tensors': () => expectNoLeak('applying it', () => void derivativesAt(create(), GRID, 0.5)),
    ...(create().pools ? {} : elementwise(create)),
    ...specChecks(create(), options),
  });
}

// --- helpers: the checks ---

const elementwise = (create: () => Operator): Record<string, () => void> => ({
  'takes each weight with its own threshold alone': () => isElementwise(create()),
  'never turns a weight into a larger one': () => shrinks(create()),
  'has the derivatives that finite differences give, away from τ': () => agreesWithDifferences(create()),
});

type Operator = Component<'operator'>;

const SHAPE = [3, 3, 2, 4] as const;
/** One for all, one per filter, one per weight. */
const GRANULARITIES: readonly (readonly number[])[] = [[], [1, 1, 1, 4], SHAPE];
const THRESHOLD = 0.5;
const GRID = Array.from({ length: 81 }, (_, i) => (i - 40) / 20);
const STEP = 2 ** -9;
/** Difference quotients see the kink at τ, and curvature close to it. */
const MARGIN = 0.1;

function keepsShape(operator: Operator): void {
  for (const granularity of GRANULARITIES) {
    tf.tidy(() => {
      const effective = operator.apply(numbers('weight', SHAPE, -1, 1), numbers('threshold', granularity, 0.1, 0.9));
      expectEqual(effective.shape, SHAPE, `the weight's shape with a threshold of shape [${granularity}]`);
    });
  }
}

/** Of a backend that computes several numbers at once: the last bits may depend on the place. */
const ROUNDING = 1e-6;

function isElementwise(operator: Operator): void {
  for (const granularity of GRANULARITIES) {
    tf.tidy(() => {
      const [weight, threshold] = [numbers('weight', SHAPE, -1, 1), numbers('threshold', granularity, 0.1, 0.9)];
      const [weights, thresholds] = [weight.dataSync(), threshold.broadcastTo([...SHAPE]).dataSync()];
      const alone = Array.from(weights, (w, i) => applyTo(operator, [w], thresholds[i] as number)[0] as number);
      const effective = [...operator.apply(weight, threshold).dataSync()];
      const same = effective.every((value, i) => Math.abs(value - (alone[i] as number)) <= ROUNDING * Math.abs(alone[i] as number));
      const what = `each weight as with its own threshold alone (or pools: true), for thresholds of shape [${granularity}]`;
      expect(same, `${what}: ${JSON.stringify(alone)}`, effective);
    });
  }
}

function isZeroBelow(operator: Operator): void {
  for (const threshold of [0, 1e-6, THRESHOLD, 3]) {
    const at = [...GRID, threshold, -threshold].map(Math.fround);
    const limit = Math.fround(threshold);
    for (const [i, effective] of applyTo(operator, at, threshold).entries()) {
      const weight = at[i] as number;
      const below = Math.abs(weight) <= limit;
      expect((effective === 0) === below, `${below ? 'exactly 0' : 'another number than 0'} for W = ${weight} at τ = ${limit}`, effective);
    }
  }
}

function isOdd(operator: Operator): void {
  const [plain, mirrored] = [
    applyTo(operator, GRID, THRESHOLD),
    applyTo(
      operator,
      GRID.map((w) => -w),
      THRESHOLD,
    ),
  ];
  for (const [i, effective] of plain.entries())
    expect(
      mirrored[i] === -effective || (effective === 0 && mirrored[i] === 0),
      `${-effective} for W = ${-(GRID[i] as number)}`,
      mirrored[i],
    );
}

function isTheIdentityAtZero(operator: Operator): void {
  for (const [i, effective] of applyTo(operator, GRID, 0).entries()) {
    const weight = GRID[i] as number;
    expect(Math.abs(effective - weight) <= 1e-6 * Math.abs(weight), `W = ${weight} unchanged at τ = 0`, effective);
  }
}

function shrinks(operator: Operator): void {
  for (const [i, effective] of applyTo(operator, GRID, THRESHOLD).entries()) {
    const weight = Math.fround(GRID[i] as number);
    const within = effective * weight >= 0 && Math.abs(effective) <= Math.abs(weight) * (1 + 1e-6);
    expect(within, `a number between 0 and W = ${weight} at τ = ${THRESHOLD}`, effective);
  }
}

function hasDerivativesAbove(operator: Operator): void {
  for (const granularity of GRANULARITIES) {
    tf.tidy(() => {
      const [weight, threshold] = [numbers('weight', SHAPE, -1, 1), numbers('threshold', granularity, 0.1, 0.9)];
      const derivatives = operator.derivatives(weight, threshold, operator.apply(weight, threshold));
      const [magnitudes, limits] = [weight.abs().dataSync(), threshold.broadcastTo([...SHAPE]).dataSync()];
      for (const by of ['weight', 'threshold'] as const) {
        expectEqual(derivatives[by].shape, SHAPE, `∂Ŵ/∂${by} in the weight's shape, with a threshold of shape [${granularity}]`);
        const wrong = derivatives[by].dataSync().findIndex((d, i) => (magnitudes[i] as number) <= (limits[i] as number) && d !== 0);
        expect(wrong < 0, `∂Ŵ/∂${by} = 0 where |W| ≤ τ`, derivatives[by].dataSync()[wrong]);
      }
    });
  }
}

function agreesWithDifferences(operator: Operator): void {
  const at = GRID.filter((w) => Math.abs(w) > THRESHOLD + MARGIN).map(Math.fround);
  const found = tf.tidy(() => {
    const { weight, threshold } = derivativesAt(operator, at, THRESHOLD);
    return { weight: weight.arraySync() as number[], threshold: threshold.arraySync() as number[] };
  });
  const quotient = (shift: readonly [number, number]) => {
    const moved = (sign: number) => at.map((w) => w + sign * shift[0]);
    const [up, down] = [applyTo(operator, moved(1), THRESHOLD + shift[1]), applyTo(operator, moved(-1), THRESHOLD - shift[1])];
    return up.map((value, i) => (value - (down[i] as number)) / (2 * STEP));
  };
  const expected = { weight: quotient([STEP, 0]), threshold: quotient([0, STEP]) };
  for (const by of ['weight', 'threshold'] as const)
    for (const [i, slope] of expected[by].entries()) {
      const own = found[by][i] as number;
      const close = Math.abs(own - slope) <= 0.02 * Math.max(1, Math.abs(slope));
      expect(close, `∂Ŵ/∂${by} = ${slope} at W = ${at[i]}, τ = ${THRESHOLD}, as the difference quotient`, own);
    }
}

function staysFinite(operator: Operator): void {
  const close = [1, 1 + 2 ** -23, 1 + 2 ** -20, 1 - 2 ** -24, 1.0001].map((share) => share * THRESHOLD);
  const at = [...close, 0, 1e-38, 1e6].flatMap((w) => [w, -w]);
  for (const threshold of [0, 1e-30, THRESHOLD]) {
    const effective = applyTo(operator, at, threshold);
    tf.tidy(() => {
      const { weight, threshold: byThreshold } = derivativesAt(operator, at, threshold);
      const all = [...effective, ...weight.dataSync(), ...byThreshold.dataSync()];
      expect(all.every(Number.isFinite), `finite values and derivatives at τ = ${threshold} for W = ${at.join(', ')}`, all.map(String));
    });
  }
}

// --- helpers: numbers ---

function numbers(purpose: string, shape: readonly number[], from: number, to: number): tf.Tensor {
  const random = randomStream(0, purpose);
  const size = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => from + (to - from) * random.uniform()),
    [...shape],
  );
}

const applyTo = (operator: Operator, weights: readonly number[], threshold: number): number[] => [
  ...readTensor(() => operator.apply(tf.tensor1d([...weights]), tf.scalar(threshold))),
];

/** The caller tidies. */
function derivativesAt(operator: Operator, weights: readonly number[], threshold: number): ReturnType<Operator['derivatives']> {
  const [w, t] = [tf.tensor1d([...weights]), tf.scalar(threshold)];
  return operator.derivatives(w, t, operator.apply(w, t));
}
