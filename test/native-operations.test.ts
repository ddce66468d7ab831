import { dnw, globalMagnitude, gmp } from '@espalier/baselines';
import { type Component, createTrainer, global, kthLargest, randomStream, soft, tf, topKMasks } from '@espalier/core';
import { type StartedEngine, startEngine } from '@espalier/engine';
import { str } from '@espalier/str';
import { lenet300 } from '@espalier/zoo';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

const KERNELS = [
  'EspalierSgd',
  'EspalierSoftThreshold',
  'EspalierSoftThresholdGrad',
  'EspalierMultiply',
  'EspalierMovingAverage',
  'EspalierKthLargest',
  'EspalierTopK',
] as const;

let engine: StartedEngine;
beforeAll(async () => {
  engine = await startEngine({ engine: 'native', threads: 1 });
});

/** What `run` gives with our own kernels, and without them, where it is composed of TensorFlow's operations. */
function bothWays<T>(run: () => T): { native: T; composed: T } {
  const native = run();
  const kernels = KERNELS.map((name) => tf.getKernel(name, 'tensorflow'));
  for (const name of KERNELS) tf.unregisterKernel(name, 'tensorflow');
  try {
    return { native, composed: run() };
  } finally {
    for (const kernel of kernels) tf.registerKernel(kernel);
  }
}

/** The bits of floats; with `zeros`, 0 and −0 count as one. */
const bitsOf = (tensor: tf.Tensor): number[] => {
  const floats = tensor.dataSync() as Float32Array;
  return Array.from(new Int32Array(floats.buffer, floats.byteOffset, floats.length));
};
const sameBits = (run: () => readonly tf.Tensor[]): void => {
  let bits: { native: number[][]; composed: number[][] } | undefined;
  tf.tidy(() => {
    bits = bothWays(() => run().map(bitsOf));
  });
  expect(bits?.native).toEqual(bits?.composed);
};

const SPECIAL = [0, -0, 1, -1, 0.5, -0.5, 2 ** -126, -(2 ** -126), 3.4e38, -3.4e38, 1e-45, -1e-45].map(Math.fround);
const float = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(...SPECIAL),
  fc.float({ min: -1, max: 1, noNaN: true }),
);
const shape = fc.constantFrom([], [1], [5], [0], [17, 3], [2, 3, 4, 5], [67]);
const size = (dims: readonly number[]): number => dims.reduce((product, n) => product * n, 1);
const list = (length: number, of: fc.Arbitrary<number> = float) => fc.array(of, { minLength: length, maxLength: length });
/** Tensors of one shape. */
const tensors = (count: number) =>
  shape.chain((dims) => fc.tuple(...Array.from({ length: count }, () => list(size(dims)))).map((all) => ({ dims, all })));
const make = ({ dims, all }: { dims: readonly number[]; all: readonly number[][] }) =>
  all.map((values) => tf.tensor(Float32Array.from(values), [...dims]));

describe('the kernels', () => {
  it('are there', () => {
    expect(KERNELS.filter((name) => tf.getKernel(name, 'tensorflow') === undefined)).toEqual([]);
  });
});

describe('the soft threshold', () => {
  const operator = soft();

  it('has the composed bits, but for the sign of zeros', () => {
    fc.assert(
      fc.property(
        tensors(1),
        fc.oneof(fc.float({ min: 0, max: 2, noNaN: true }), fc.constantFrom(...SPECIAL.map(Math.abs))),
        (data, threshold) => {
          sameBits(() => make(data).map((weight) => operator.apply(weight, tf.scalar(threshold)).add(0)));
        },
      ),
    );
  });

  it('has the composed bits backward', () => {
    fc.assert(
      fc.property(tensors(2), (data) => {
        sameBits(() => {
          const [upstream, effective] = make(data) as [tf.Tensor, tf.Tensor];
          const back = operator.backward?.(upstream, effective, tf.scalar(0.5), effective);
          return [back?.weight.add(0) as tf.Tensor, back?.threshold.add(0) as tf.Tensor];
        });
      }),
    );
  });

  it('is composed where thresholds differ, and under a tape', () => {
    const weight = tf.tensor2d([1, -2, 3, -4], [2, 2]);
    expect(Array.from(operator.apply(weight, tf.tensor2d([1, 2], [1, 2])).dataSync())).toEqual([0, 0, 2, -2]);
    expect(
      Array.from(
        tf
          .grad((w) => operator.apply(w, tf.scalar(1.5)))(weight)
          .dataSync(),
      ),
    ).toEqual([0, 1, 1, 1]);
  });
});

describe('topKMasks and kthLargest', () => {
  const scores = fc.array(
    shape.chain((dims) =>
      list(size(dims), fc.oneof(float, fc.constantFrom(Infinity, -Infinity, 0.25, 0.75))).map((values) => ({ dims, values })),
    ),
    { minLength: 1, maxLength: 4 },
  );
  const makeAll = (all: readonly { dims: readonly number[]; values: readonly number[] }[]) =>
    all.map(({ dims, values }) => tf.tensor(Float32Array.from(values), [...dims]));

  it('choose what the arrays do, ties by position, to the bit', () => {
    fc.assert(
      fc.property(scores, fc.nat(), (all, at) => {
        const total = all.reduce((sum, { values }) => sum + values.length, 0);
        sameBits(() => topKMasks(makeAll(all), at % (total + 1)));
        if (total === 0) return;
        const k = 1 + (at % total);
        const { native, composed } = bothWays(() => kthLargest(makeAll(all), k));
        expect(Object.is(native, composed)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['without a tie', (i: number) => Math.sin(i)],
    ['with few values, so that no sample brackets the threshold', (i: number) => (i * 7919) % 5],
    ['all equal', () => 0.5],
    ['sorted', (i: number) => i],
    ['with a period that a sample falls in with', (i: number) => (i % 73 === 0 ? Math.sin(i) : 10 + Math.cos(i))],
  ])('choose among many %s', (_, score) => {
    const arrays = [300_000, 1, 5_000].map((length, part) => Float32Array.from({ length }, (_, i) => score(i + part)));
    for (const k of [0, 1, 2, 30_500, 152_500, 300_000, 305_000, 305_001])
      sameBits(() =>
        topKMasks(
          arrays.map((own) => tf.tensor1d(own)),
          k,
        ),
      );
    for (const k of [1, 30_500, 305_001]) {
      const { native, composed } = bothWays(() =>
        tf.tidy(() =>
          kthLargest(
            arrays.map((own) => tf.tensor1d(own)),
            k,
          ),
        ),
      );
      expect(native).toBe(composed);
    }
  });

  it('refuse what can not be chosen', () => {
    expect(() => topKMasks([tf.tensor1d([1, 2])], 3)).toThrow('k must be from 0');
    expect(() => kthLargest([tf.tensor1d([1, 2])], 0)).toThrow('k must be at least 1');
  });

  it('leave nothing behind', () => {
    const weight = tf.randomNormal([100, 10]);
    const before = tf.memory().numTensors;
    const masks = topKMasks([weight], 10);
    kthLargest([weight], 10);
    expect(tf.memory().numTensors - before).toBe(1);
    tf.dispose([weight, ...masks]);
  });
});

describe('a training', () => {
  function train(pruner: Component<'pruner'>, training: { nesterov?: boolean; momentum?: number; weightDecay?: number }): number[][] {
    const random = randomStream(1, 'examples');
    const model = lenet300().build({ inputShape: [28, 28, 1], classes: 10, seed: (name) => randomStream(0, 'init', name).seed() });
    const trainer = createTrainer({ model, pruner, engine, stepsPerEpoch: 30, training: { epochs: 1, learningRate: 0.05, ...training } });
    const inputs = tf.tensor(
      Float32Array.from({ length: 16 * 784 }, () => random.uniform()),
      [16, 28, 28, 1],
    );
    const labels = tf.tensor1d(
      Int32Array.from({ length: 16 }, () => random.int(10)),
      'int32',
    );
    const losses = Array.from({ length: 30 }, () => trainer.trainStep({ inputs, labels }));
    trainer.finish();
    const bits = [...trainer.variables.values()].map(bitsOf);
    trainer.dispose();
    model.dispose();
    tf.dispose([inputs, labels]);
    return [losses, ...bits];
  }

  it.each([
    ['str', () => str(), {}],
    ['str with Nesterov momentum', () => str(), { nesterov: true }],
    ['global-magnitude without decay', () => globalMagnitude(), { weightDecay: 0 }],
    ['gmp with a global allocation', () => gmp({ allocation: global(), every: 5 }), {}],
    ['dnw', () => dnw(), {}],
    ['str without momentum', () => str({ granularity: 'filter' }), { momentum: 0 }],
  ])('ends with the composed bits: %s', (_, pruner, training) => {
    const before = tf.memory().numTensors;
    const { native, composed } = bothWays(() => train(pruner(), training));
    expect(native).toEqual(composed);
    expect(tf.memory().numTensors).toBe(before);
  });
});
