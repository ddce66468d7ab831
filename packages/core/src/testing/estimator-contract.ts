import type { Component } from '../component.ts';
import type { ThresholdOperator } from '../kinds/operator.ts';
import { featherOperator } from '../operators/feather.ts';
import { hard } from '../operators/hard.ts';
import { soft } from '../operators/soft.ts';
import { randomStream } from '../random.ts';
import { tf } from '../tf.ts';
import { sumToShape } from '../thresholded.ts';
import { type ContractOptions, checksOn, expectNoLeak, readTensor, specChecks } from './component-checks.ts';
import { expect, expectEqual } from './expect.ts';
import type { Check, TestRegistrar } from './pruner-contract.ts';

/** Registers what every estimator must do as tests: `estimatorContract({ test }, () => leaky({ alpha: 0.5 }))`. */
export function estimatorContract({ test }: TestRegistrar, create: () => Component<'estimator'>, options: ContractOptions = {}): void {
  for (const { name, run } of estimatorChecks(create, options)) test(name, run);
}

/**
 * What every estimator must do, as checks without a test runner. They try it with the operators
 * `soft`, `hard` and `feather`. One that says what it is the gradient of (`isGradientOf`) is held against that.
 */
export function estimatorChecks(create: () => Component<'estimator'>, options: ContractOptions = {}): readonly Check[] {
  return checksOn(options.engine, {
    'keeps the shapes of weight and threshold, whatever shares a threshold': () => keepsShapes(create()),
    'is finite everywhere: at the threshold, at 0, far above, at any progress': () => isFiniteEverywhere(create()),
    'is linear in the gradient that comes in': () => isLinear(create()),
    'reads no value, so that a step can be compiled': () => readsNothing(create()),
    'gives the same bits whenever it is asked': () => isPure(create()),
    'leaks no tensors': () => leaksNothing(create()),
    ...(create().isGradientOf ? { 'is the gradient that it claims to be': () => agreesWithAutodiff(create()) } : {}),
    ...specChecks(create(), options),
  });
}

// --- helpers: the checks ---

type Estimator = Component<'estimator'>;

function keepsShapes(estimator: Estimator): void {
  for (const { shape, thresholds } of GRANULARITIES) {
    for (const thresholdShape of thresholds) {
      tf.tidy(() => {
        const back = backward(estimator, problem(shape, thresholdShape));
        const where = `for a weight of shape [${shape}] and a threshold of shape [${thresholdShape}]`;
        expectEqual(back.weight.shape, shape, `the weight's shape of ∂L/∂W ${where}`);
        expectEqual(back.threshold.shape, thresholdShape, `the threshold's shape of ∂L/∂τ ${where} (sumToShape reduces to it)`);
      });
    }
  }
}

function isFiniteEverywhere(estimator: Estimator): void {
  for (const threshold of [0, 1e-30, 0.25]) {
    const weights = [0, 1e-38, 1e-30, 1e-3, threshold, threshold * (1 + 2 ** -22), 1, 1e4].flatMap((w) => [w, -w]);
    for (const [operator, progress] of OPERATORS.flatMap((one) => [0, 0.5, 1].map((at) => [one, at] as const))) {
      const back = read(() =>
        backward(estimator, {
          upstream: tf.ones([weights.length]),
          weight: tf.tensor1d(weights),
          threshold: tf.fill([weights.length], threshold),
          operator,
          progress,
        }),
      );
      for (const [what, values] of Object.entries(back)) {
        const i = values.findIndex((value) => !Number.isFinite(value));
        const where = `at W = ${weights[i]}, τ = ${threshold}, progress ${progress}, with ${operator.spec.use}`;
        expect(i < 0, `a finite gradient of the ${what} ${where} (look for a division by 0 or an overflow)`, String(values[i]));
      }
    }
  }
}

function isLinear(estimator: Estimator): void {
  const times = (factor: number) =>
    read(() => {
      const { upstream, ...rest } = problem([3, 4], []);
      return backward(estimator, { ...rest, upstream: upstream.mul(factor) });
    });
  const [once, twice, nought] = [times(1), times(2), times(0)];
  for (const what of ['weight', 'threshold'] as const) {
    const doubled = once[what].map((value) => 2 * value);
    const hint = 'backpropagation adds up what comes from several uses of a weight';
    expectEqual([...twice[what]], [...doubled], `twice the gradient of the ${what} from twice the upstream (${hint})`);
    const zero = nought[what].every((value) => value === 0);
    expect(zero, `no gradient of the ${what} where none comes in`, [...nought[what]]);
  }
}

function readsNothing(estimator: Estimator): void {
  const prototype = tf.Tensor.prototype as { dataSync: () => unknown; data: () => unknown };
  const { dataSync, data } = prototype;
  tf.tidy(() => {
    const input = problem([3, 4], [1, 4]);
    const effective = input.operator.apply(input.weight, input.threshold);
    let reads = 0;
    prototype.dataSync = function (this: tf.Tensor) {
      reads++;
      return dataSync.call(this);
    };
    prototype.data = function (this: tf.Tensor) {
      reads++;
      return data.call(this);
    };
    try {
      estimator.backward({ ...input, effective, progress: tf.scalar(input.progress) });
    } finally {
      Object.assign(prototype, { dataSync, data });
    }
    expect(reads === 0, 'no tensor read inside backward (use operations on tensors, progress is one too)', `${reads} reads`);
  });
}

function isPure(estimator: Estimator): void {
  const gradients = () => {
    const { weight, threshold } = read(() => backward(estimator, problem([3, 4], [1, 4])));
    return [...weight, ...threshold];
  };
  const first = gradients();
  read(() => backward(estimator, problem([5], [])));
  expectEqual(gradients(), first, 'the same gradients, asked again');
}

function leaksNothing(estimator: Estimator): void {
  expectNoLeak('a backward pass', () => void backward(estimator, problem([3, 4], [1, 4])));
}

function agreesWithAutodiff(estimator: Estimator): void {
  const f = estimator.isGradientOf as NonNullable<Estimator['isGradientOf']>;
  for (const { shape, thresholds } of GRANULARITIES) {
    for (const thresholdShape of thresholds) {
      const input = () => problem(shape, thresholdShape);
      const found = read(() => backward(estimator, input()));
      const automatic = read(() => {
        const { upstream, weight, threshold, operator } = input();
        const loss = (w: tf.Tensor, t: tf.Tensor) => f({ weight: w, threshold: t, operator }).mul(upstream).sum();
        const each = threshold.broadcastTo([...shape] as [number]); // not every operation of TensorFlow.js sums the gradient of a smaller input
        const [byWeight, byThreshold] = tf.grads(loss as (...inputs: tf.Tensor[]) => tf.Tensor)([weight, each]) as [tf.Tensor, tf.Tensor];
        return { weight: byWeight, threshold: sumToShape(byThreshold, thresholdShape) };
      });
      for (const what of ['weight', 'threshold'] as const) {
        const within = 1e-4 * Math.max(1e-2, ...automatic[what].map(Math.abs));
        const i = found[what].findIndex((value, at) => !(Math.abs(value - (automatic[what][at] as number)) <= within));
        const where = `element ${i} of the gradient of a ${what} of shape [${what === 'weight' ? shape : thresholdShape}]`;
        expect(i < 0, `${automatic[what][i]} for ${where}, by automatic differentiation of "isGradientOf"`, String(found[what][i]));
      }
    }
  }
}

// --- helpers: numbers ---

const OPERATORS = [soft(), hard(), featherOperator()];

/** Scalar, per filter (of a depthwise kernel too), per weight. */
const GRANULARITIES: readonly { readonly shape: readonly number[]; readonly thresholds: readonly (readonly number[])[] }[] = [
  { shape: [4], thresholds: [[], [1], [4]] },
  { shape: [1, 1], thresholds: [[], [1, 1]] },
  { shape: [3, 2], thresholds: [[], [1, 2], [3, 2]] },
  { shape: [2, 2, 3, 4], thresholds: [[], [1, 1, 1, 4], [1, 1, 3, 4], [2, 2, 3, 4]] },
];

interface Problem {
  readonly upstream: tf.Tensor;
  readonly weight: tf.Tensor;
  readonly threshold: tf.Tensor;
  readonly operator: ThresholdOperator;
  readonly progress: number;
}

/** Weights of either sign between 0.05 and 1, half of them below thresholds around 0.5, none within 0.01 of one. */
function problem(shape: readonly number[], thresholdShape: readonly number[]): Problem {
  const random = randomStream(0, 'estimator problem');
  const tensor = (of: readonly number[], value: () => number) => {
    const size = of.reduce((product, n) => product * n, 1);
    return tf.tensor(Float32Array.from({ length: size }, value), [...of], 'float32');
  };
  const away = () => (random.uniform() < 0.5 ? 0.05 + 0.39 * random.uniform() : 0.56 + 0.44 * random.uniform());
  const sign = () => (random.uniform() < 0.5 ? -1 : 1);
  return {
    weight: tensor(shape, () => sign() * away()),
    threshold: tensor(thresholdShape, () => 0.45 + 0.1 * random.uniform()),
    upstream: tensor(shape, () => sign() * (0.25 + random.uniform())),
    operator: soft(),
    progress: 0.3,
  };
}

function backward(estimator: Estimator, { progress, ...input }: Problem) {
  const effective = input.operator.apply(input.weight, input.threshold);
  return estimator.backward({ ...input, effective, progress: tf.scalar(progress) });
}

function read(make: () => { weight: tf.Tensor; threshold: tf.Tensor }): { weight: Float32Array; threshold: Float32Array } {
  return { weight: readTensor(() => make().weight), threshold: readTensor(() => make().threshold) };
}
