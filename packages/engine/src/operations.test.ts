import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instructions } from './instructions.ts';
import { nativeBackend } from './kernels/native.ts';
import { startEngine } from './start.ts';
import type { StartedEngine } from './started-engine.ts';

let engine: StartedEngine;
const complaints: string[] = [];
beforeAll(async () => {
  engine = await startEngine({ engine: 'native', threads: 2, log: (line) => complaints.push(line) });
});
afterAll(() => expect(complaints).toEqual([]));

const run = (name: string, inputs: Record<string, tf.Tensor> | tf.Tensor[], attributes = {}): tf.Tensor[] =>
  tf.engine().runKernel(name, inputs as tf.NamedTensorMap, attributes) as tf.Tensor[];
const numbers = (tensors: readonly tf.Tensor[]): number[][] => tensors.map((tensor) => Array.from(tensor.dataSync()));
const bits = (tensors: readonly tf.Tensor[]): number[][] =>
  tensors.map((tensor) => {
    const { buffer, byteOffset, length } = tensor.dataSync() as Float32Array;
    return Array.from(new Int32Array(buffer, byteOffset, length));
  });

describe('EspalierSgd', () => {
  const inputs = (variable: number[], slot: number[], gradient: number[], learningRate: number) => ({
    variable: tf.tensor1d(variable),
    slot: tf.tensor1d(slot),
    gradient: tf.tensor1d(gradient),
    learningRate: tf.scalar(learningRate),
  });

  it('moves a variable and its slot', () => {
    // d = 1 + 0.5·2 = 2 and 0 + 0.5·−4 = −2; m = 0.5·8 + 2 = 6 and 0.5·0 − 2 = −2; p = 2 − 0.25·6 and −4 + 0.25·2
    const moved = run('EspalierSgd', inputs([2, -4], [8, 0], [1, 0], 0.25), { decay: 0.5, momentum: 0.5, nesterov: false });
    expect(numbers(moved)).toEqual([
      [0.5, -3.5],
      [6, -2],
    ]);
    // Nesterov: p = 2 − 0.25·(2 + 0.5·6) and −4 − 0.25·(−2 + 0.5·−2)
    const ahead = run('EspalierSgd', inputs([2, -4], [8, 0], [1, 0], 0.25), { decay: 0.5, momentum: 0.5, nesterov: true });
    expect(numbers(ahead)).toEqual([
      [0.75, -3.25],
      [6, -2],
    ]);
  });

  it("has the bits of TensorFlow's own operations", () => {
    const float = fc.oneof(fc.float(), fc.float({ min: -1, max: 1, noNaN: true }), fc.constantFrom(0, -0, 2 ** -126));
    const element = fc.tuple(float, float, float);
    const coefficient = fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 1, noNaN: true }));
    fc.assert(
      fc.property(
        fc.array(element, { minLength: 1, maxLength: 70 }),
        fc.record({ decay: coefficient, momentum: coefficient, nesterov: fc.boolean() }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        (elements, attributes, learningRate) => {
          const [variable, slot, gradient] = [0, 1, 2].map((i) => elements.map((e) => e[i] as number)) as [number[], number[], number[]];
          tf.tidy(() => {
            const given = inputs(variable, slot, gradient, learningRate);
            const direction = attributes.decay > 0 ? given.gradient.add(given.variable.mul(attributes.decay)) : given.gradient;
            const moved = given.slot.mul(attributes.momentum).add(direction);
            const step = attributes.nesterov ? direction.add(moved.mul(attributes.momentum)) : moved;
            const composed = [given.variable.sub(step.mul(given.learningRate)), moved];
            const isNumber = composed.map((tensor) => tensor.isNaN().logicalNot());
            const comparable = (all: readonly tf.Tensor[]) => all.map((tensor, i) => tf.where(isNumber[i] as tf.Tensor, tensor, 7));
            const native = run('EspalierSgd', given, attributes);
            expect(bits(comparable(native))).toEqual(bits(comparable(composed)));
            expect(numbers(native.map((tensor) => tensor.isNaN()))).toEqual(numbers(composed.map((tensor) => tensor.isNaN())));
          });
        },
      ),
    );
  });

  it('refuses tensors of different sizes', () => {
    const given = { ...inputs([1, 2], [1, 2], [1, 2], 1), slot: tf.tensor1d([1]) };
    expect(() => run('EspalierSgd', given, { decay: 0, momentum: 0, nesterov: false })).toThrow('differ in size');
  });
});

describe('EspalierMovingAverage', () => {
  it('moves an average towards a value', () => {
    // 4 − 0.5·(4 − 0.5·2) = 2.5, −1 − 0.5·(−1 − 0.5·6) = 1
    const [moved] = run(
      'EspalierMovingAverage',
      { average: tf.tensor1d([4, -1]), value: tf.tensor1d([2, 6]) },
      { correction: 0.5, rate: 0.5 },
    );
    expect(moved?.arraySync()).toEqual([2.5, 1]);
  });

  it("has the bits of TensorFlow's own operations", () => {
    const float = fc.oneof(fc.float({ noNaN: true }), fc.float({ min: -1, max: 1, noNaN: true }));
    const coefficient = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(float, float), { minLength: 1 }), coefficient, coefficient, (elements, correction, rate) => {
        tf.tidy(() => {
          const [average, value] = [0, 1].map((i) => tf.tensor1d(elements.map((e) => e[i] as number))) as [tf.Tensor, tf.Tensor];
          const composed = average.sub(average.sub(value.mul(correction)).mul(rate));
          const isNumber = composed.isNaN().logicalNot();
          const comparable = (tensor: tf.Tensor): number[][] => bits([tf.where(isNumber, tensor, 7)]);
          const [moved] = run('EspalierMovingAverage', { average, value }, { correction, rate }) as [tf.Tensor];
          expect(comparable(moved)).toEqual(comparable(composed));
        });
      }),
    );
  });

  it('refuses tensors of different sizes', () => {
    const given = { average: tf.tensor1d([1, 2]), value: tf.tensor1d([1]) };
    expect(() => run('EspalierMovingAverage', given, { correction: 1, rate: 1 })).toThrow('differ in size');
  });
});

describe('EspalierMultiply', () => {
  it('multiplies element by element', () => {
    const [product] = run('EspalierMultiply', { a: tf.tensor2d([[2, -3, Number.NaN]]), b: tf.tensor2d([[0.5, 0, 1]]) });
    expect(product?.arraySync()).toEqual([[1, -0, Number.NaN]]);
  });

  it('refuses tensors of different sizes', () => {
    expect(() => run('EspalierMultiply', { a: tf.ones([2]), b: tf.ones([1]) })).toThrow('differ in size');
  });
});

describe.runIf(instructions().startsWith('AVX-512'))('EspalierProduct', () => {
  const product = (a: tf.Tensor, b: tf.Tensor, { transposeA = false, block = 512 } = {}): tf.Tensor =>
    run('EspalierProduct', { a, b }, { transposeA, block })[0] as tf.Tensor;

  it('multiplies matrices', () => {
    const [a, b] = [tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]), tf.tensor2d([1, 0, 2, -1, 0, 1], [3, 2])];
    // 1·1 + 2·2 + 3·0 = 5, 1·0 + 2·−1 + 3·1 = 1, 4·1 + 5·2 + 6·0 = 14, 4·0 + 5·−1 + 6·1 = 1
    const expected = [
      [5, 1],
      [14, 1],
    ];
    expect(product(a, b).arraySync()).toEqual(expected);
    expect(product(a.transpose(), b, { transposeA: true }).arraySync()).toEqual(expected);
  });

  it('adds in blocks', () => {
    // 2^24 + 1 is 2^24 in float32, so one at a time both are lost; as a block of their own they are 2.
    const [a, b] = [tf.tensor2d([[2 ** 24, 0, 1, 1]]), tf.ones([4, 1])];
    expect([4, 2].map((block) => product(a, b, { block }).dataSync()[0])).toEqual([2 ** 24, 2 ** 24 + 2]);
  });

  it('multiplies matrices of any shape', () => {
    const size = fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 150 }));
    const integers = (shape: [number, number], seed: number): tf.Tensor => tf.randomUniform(shape, -9, 9, 'int32', seed).toFloat();
    fc.assert(
      fc.property(
        size,
        size,
        size,

        fc.boolean(),
        fc.integer({ min: 1, max: 150 }),
        fc.nat(),
        (m, k, n, s, block, seed) => {
          tf.tidy(() => {
            const [a, b] = [integers(s ? [k, m] : [m, k], seed), integers([k, n], seed + 1)];
            const own = product(a, b, { transposeA: s, block });
            expect(own.shape).toEqual([m, n]);
            expect(numbers([own.add(0)])).toEqual(numbers([tf.matMul(a, b, s).add(0)])); // integers are exact in any order
          });
        },
      ),
    );
  });

  it('refuses what is not a product', () => {
    expect(() => product(tf.ones([2, 3]), tf.ones([2, 3]))).toThrow('not as long as');
    expect(() => product(tf.ones([6]), tf.ones([6, 1]))).toThrow('not matrices');
    expect(() => product(tf.ones([2, 0]), tf.ones([0, 3]))).toThrow('there must be a term');
    expect(() => product(tf.ones([2, 3]), tf.ones([3, 2]), { block: 0 })).toThrow('a block of at least one');
  });
});

describe.runIf(/^AVX-?(2|512)/.test(instructions()))('EspalierBatchNormalization', () => {
  /** Of two images of one by two places, so many channels, all alike. */
  const alike = (values: number[], channels = 8): tf.Tensor =>
    tf.tensor(
      values.flatMap((value) => Array<number>(channels).fill(value)),
      [2, 1, 2, channels],
    );
  const eight = (value: number): tf.Tensor => tf.fill([8], value);
  /** What every channel has, of each tensor. */
  const firsts = (tensors: readonly tf.Tensor[]): number[][] =>
    tensors.map((tensor) => tensor.reshape([-1, 8]).arraySync() as number[][]).map((rows) => rows.map((row) => row[0] as number));
  const none = { epsilon: 0, activation: 0 };

  it('normalizes each channel', () => {
    // mean 3, variance 4; x̂ = −1, −1, 1, 1; with Bessel's correction 4 · 4/3
    const given = { x: alike([1, 1, 5, 5]), scale: eight(4), offset: eight(3) };
    const results = run('EspalierBatchNormalization', given, none);
    expect(firsts(results)).toEqual([[-1, -1, 7, 7], [3], [Math.fround(16 / 3)], [3], [4]]);
    expect(results.map(({ shape }) => shape)).toEqual([[2, 1, 2, 8], [8], [8], [8], [8]]);
    expect(firsts(run('EspalierBatchNormalization', given, { epsilon: 12, activation: 0 }).slice(0, 1))).toEqual([[1, 1, 5, 5]]);
  });

  it('does the activation too', () => {
    const given = { x: alike([1, 1, 5, 5]), scale: eight(4), offset: eight(3) };
    const y = (activation: number): number[][] => firsts(run('EspalierBatchNormalization', given, { epsilon: 0, activation }).slice(0, 1));
    expect([y(1), y(2)]).toEqual([[[0, 0, 7, 7]], [[0, 0, 6, 6]]]);
  });

  it('has a gradient', () => {
    // x̂ = −1, −1, 1, 1; by offset Σ g = 4, by scale Σ g · x̂ = −4; by x (g − 1 − x̂ · −1) · 3/2
    const given = { gradient: alike([4, 0, 0, 0]), x: alike([1, 1, 5, 5]), scale: eight(3), offset: eight(0) };
    const own = { ...given, mean: eight(3), variance: eight(4) };
    expect(firsts(run('EspalierBatchNormalizationGrad', own, none))).toEqual([[3, -3, 0, 0], [-4], [4]]);
    // With relu, y = −3, −3, 3, 3, so that nothing passes; with relu6 and an offset of 4, y = 1, 1, 7, 7 and the first two do.
    expect(
      firsts(run('EspalierBatchNormalizationGrad', own, { epsilon: 0, activation: 1 }))
        .flat()
        .map(Math.abs),
    ).toEqual([0, 0, 0, 0, 0, 0]);
    const other = { ...own, offset: eight(4) };
    expect(firsts(run('EspalierBatchNormalizationGrad', other, { epsilon: 0, activation: 2 }))).toEqual([[3, -3, 0, 0], [-4], [4]]);
  });

  it('refuses what has no four dimensions, other channels, or not eights of them', () => {
    const given = { x: alike([1, 1, 5, 5]), scale: eight(1), offset: eight(0) };
    const refused = 'x has four dimensions, scale and offset are as many as channels, which are a multiple of eight';
    for (const wrong of [
      { x: tf.ones([4, 8]) },
      { offset: tf.zeros([7]) },
      { x: alike([1, 1, 5, 5], 4), scale: tf.ones([4]), offset: tf.ones([4]) },
    ])
      expect(() => run('EspalierBatchNormalization', { ...given, ...wrong }, none)).toThrow(refused);
    const own = { gradient: alike([4, 0, 0, 0]), ...given, mean: eight(3), variance: eight(4) };
    for (const wrong of [{ gradient: tf.ones([8]) }, { mean: tf.ones([7]) }, { variance: tf.ones([9]) }])
      expect(() => run('EspalierBatchNormalizationGrad', { ...own, ...wrong }, none)).toThrow('mean and variance are as many as channels');
  });
});

describe.runIf(/^AVX-?(2|512)/.test(instructions()))('EspalierConvolution and EspalierConvolutionInputGradient', () => {
  const ORDERS = [false, true].flatMap((reversed) => [false, true].map((byColumns) => ({ reversed, byColumns })));
  const image = (values: number[], side: number): tf.Tensor4D => tf.tensor4d(values, [1, side, side, 1]);
  const filter = tf.tensor4d([1, 10, 100, 1000], [2, 2, 1, 1]);
  const none = tf.tensor1d([]);
  const sizes = { rowStride: 1, columnStride: 1, top: 0, left: 0, rows: 2, columns: 2 };

  it('sum over what the filter meets of the image', () => {
    const convolve = (attributes: object, bias = none): number[] =>
      numbers(run('EspalierConvolution', { x: image([1, 2, 3, 4], 2), filter, bias }, { ...sizes, ...attributes }))[0] as number[];
    expect(convolve({})).toEqual([4321, 402, 43, 4]);
    expect(convolve({ rows: 1, columns: 1 }, tf.tensor1d([0.5]))).toEqual([4321.5]);
    expect(convolve({ top: 1, left: 1, rows: 3, columns: 3, rowStride: 2, columnStride: 2 })).toEqual([1000, 200, 0, 30, 4, 0, 0, 0, 0]);
  });

  it('sum over the places whose filter met a place', () => {
    for (const order of ORDERS) {
      const given = { filter, gradient: image([1, 0, 0, 2], 2) };
      expect(numbers(run('EspalierConvolutionInputGradient', given, { ...sizes, ...order }))).toEqual([[1, 10, 100, 1002]]);
    }
  });

  it('add in the order that is asked for', () => {
    // One place that meets all of the filter, which is a, b, c, d: ((a + b) + c) + d, or (a + c) + (b + d), and both the other way round.
    const given = { filter: tf.tensor4d([2 ** 24, 1, 1, -(2 ** 24)], [2, 2, 1, 1]), gradient: tf.ones([1, 2, 2, 1]) };
    const sums = ORDERS.map((order) => {
      const attributes = { ...sizes, ...order, top: 1, left: 1, rows: 1, columns: 1 };
      return numbers(run('EspalierConvolutionInputGradient', given, attributes)).flat()[0];
    });
    expect(sums).toEqual([0, 1, 2, 1]);
  });

  it('are those of TensorFlow, exactly where every sum is a whole number, for images and channels of any number', () => {
    const size = (max: number) => fc.integer({ min: 1, max });
    const given = {
      images: size(70),
      side: fc.tuple(size(9), size(9)),
      channels: size(13),
      filters: size(23),
      kernel: fc.tuple(size(4), size(4)),
      strides: fc.tuple(size(3), size(3)),
      pad: fc.constantFrom('same' as const, 'valid' as const),
      seed: fc.nat(),
    };
    fc.assert(
      fc.property(fc.record(given), ({ images, side: [height, width], channels, filters, kernel, strides, pad, seed }) => {
        const [rows, columns] = [Math.min(kernel[0], height), Math.min(kernel[1], width)];
        const whole = (shape: number[], own: number): tf.Tensor4D =>
          tf.randomUniform(shape, -8, 9, 'int32', seed + own).cast('float32') as tf.Tensor4D;
        tf.tidy(() => {
          const x = whole([images, height, width, channels], 0);
          const weights = whole([rows, columns, channels, filters], 1);
          const expected = tf.conv2d(x, weights, strides, pad);
          const gradient = whole(expected.shape, 2);
          const { top, left } = tf.backend_util.computeConv2DInfo(x.shape, weights.shape, strides, 1, pad).padInfo;
          const own = { rowStride: strides[0], columnStride: strides[1], top, left };
          const bias = tf.range(0, filters);
          const [y] = run(
            'EspalierConvolution',
            { x, filter: weights, bias },
            { ...own, rows: expected.shape[1], columns: expected.shape[2] },
          );
          expect(numbers([y as tf.Tensor])).toEqual(numbers([expected.add(bias)]));
          const slope = tf
            .grad((input) => tf.conv2d(input as tf.Tensor4D, weights, strides, pad))(x, gradient)
            .add(0);
          for (const order of ORDERS) {
            const attributes = { ...own, ...order, rows: height, columns: width };
            const [byX] = run('EspalierConvolutionInputGradient', { filter: weights, gradient }, attributes) as [tf.Tensor];
            expect(numbers([byX.add(0)])).toEqual(numbers([slope]));
          }
        });
      }),
      { numRuns: 60 },
    );
  });

  it('refuse what does not go together', () => {
    const x = image([1, 2, 3, 4], 2);
    const convolve = (wrong: object, attributes = {}) =>
      run('EspalierConvolution', { x, filter, bias: none, ...wrong }, { ...sizes, ...attributes });
    const refused = 'inputs have four dimensions and numbers, strides and the result are positive, and padding is not negative';
    expect(() => convolve({ x: tf.ones([4, 1]) })).toThrow(refused);
    for (const wrong of [{ rowStride: 0 }, { top: -1 }, { rows: 0 }]) expect(() => convolve({}, wrong)).toThrow(refused);
    expect(() => convolve({ filter: tf.ones([2, 2, 2, 1]) })).toThrow('the filter is for another number of channels');
    expect(() => convolve({ bias: tf.ones([2]) })).toThrow('there are not as many biases as filters');
    const back = { filter: tf.ones([2, 2, 1, 3]), gradient: x };
    expect(() => run('EspalierConvolutionInputGradient', back, { ...sizes, ...ORDERS[0] })).toThrow(
      'the gradient is for another number of filters',
    );
  });
});

describe('EspalierSoftThreshold', () => {
  it('shrinks by the threshold', () => {
    const [effective] = run('EspalierSoftThreshold', { weight: tf.tensor2d([-3, 0.5, 1, 2], [2, 2]), threshold: tf.scalar(1) });
    expect(effective?.arraySync()).toEqual([
      [-2, 0],
      [0, 1],
    ]);
  });

  it('passes on what is not a number', () => {
    const weight = tf.tensor1d([Number.NaN, 1]);
    expect(numbers(run('EspalierSoftThreshold', { weight, threshold: tf.scalar(0.5) }))).toEqual([[Number.NaN, 0.5]]);
    expect(numbers(run('EspalierSoftThreshold', { weight, threshold: tf.scalar(Number.NaN) }))).toEqual([[Number.NaN, Number.NaN]]);
  });

  it('has a gradient where a weight is left', () => {
    const [weight, threshold] = run('EspalierSoftThresholdGrad', {
      upstream: tf.tensor1d([2, 3, 5]),
      effective: tf.tensor1d([-2, 0, 1]),
    }) as [tf.Tensor, tf.Tensor];
    expect(numbers([weight, threshold.add(0)])).toEqual([
      [2, 0, 5],
      [2, 0, -5],
    ]);
  });
});

describe('EspalierKthLargest and EspalierTopK', () => {
  const scores = () => [tf.tensor1d([5, 1, 4]), tf.tensor2d([[4, -1]]), tf.zeros([0])];
  const k = (count: number) => tf.scalar(count, 'int32');

  it('rank over all tensors, equal scores by position', () => {
    expect([1, 2, 3, 4, 5].map((count) => run('EspalierKthLargest', [...scores(), k(count)])[0]?.dataSync()[0])).toEqual([5, 4, 4, 1, -1]);
    expect(numbers(run('EspalierTopK', [...scores(), k(2)]))).toEqual([[1, 0, 1], [0, 0], []]);
    expect(numbers(run('EspalierTopK', [...scores(), k(3)]))).toEqual([[1, 0, 1], [1, 0], []]);
    expect(run('EspalierTopK', [...scores(), k(0)]).map(({ shape }) => shape)).toEqual([[3], [1, 2], [0]]);
  });

  it('refuse a count that there is not', () => {
    expect(() => run('EspalierTopK', [...scores(), k(6)])).toThrow('k must be from 0');
    expect(() => run('EspalierKthLargest', [...scores(), k(0)])).toThrow('k must be at least 1');
  });
});

describe('all of them, in a compiled step', () => {
  it('give what they give by themselves, call after call, and leave no tensor behind', () => {
    const start = tf.randomNormal([40, 30], 0, 1, 'float32', 3);
    const course = (compile: NonNullable<StartedEngine['compile']> | undefined): number[][] => {
      const variable: tf.Variable = tf.variable(start);
      const slot = tf.variable(tf.zeros([40, 30]));
      const step = (feeds: Readonly<Record<string, tf.Tensor>>) =>
        tf.tidy(() => {
          const [weight] = run('EspalierSoftThreshold', { weight: variable, threshold: feeds.threshold as tf.Tensor }) as [tf.Tensor];
          const [gradient, slope] = run('EspalierSoftThresholdGrad', { upstream: weight, effective: weight }) as [tf.Tensor, tf.Tensor];
          const [mask] = run('EspalierTopK', [weight.abs(), feeds.k as tf.Tensor]) as [tf.Tensor];
          const [kth] = run('EspalierKthLargest', [weight.abs(), feeds.k as tf.Tensor]) as [tf.Tensor];
          const given = { variable, slot, gradient: gradient.mul(mask), learningRate: feeds.learningRate as tf.Tensor };
          const [next, moved] = run('EspalierSgd', given, { decay: 0.01, momentum: 0.9, nesterov: true }) as [tf.Tensor, tf.Tensor];
          variable.assign(next);
          slot.assign(moved);
          return { kth, slope: slope.sum(), kept: mask.sum() };
        });
      const compiled = compile?.(step, () => [variable, slot]);
      const seen: number[][] = [];
      let tensors = 0;
      for (let i = 0; i < 12; i++) {
        const feeds = { threshold: tf.scalar(0.01 * i), k: tf.scalar(100 + i, 'int32'), learningRate: tf.scalar(1 / (1 + i)) };
        const results = compiled ? compiled.run(feeds) : step(feeds);
        seen.push(Object.values(results).map((tensor) => (tensor as tf.Tensor).dataSync()[0] as number));
        tf.dispose([feeds, results as tf.NamedTensorMap]);
        if (i === 4) tensors = nativeBackend().binding.getNumOfTensors();
      }
      expect(nativeBackend().binding.getNumOfTensors()).toBe(tensors);
      if (compiled) expect(nativeBackend().binding.getNumOfSavedModels()).toBe(1);
      compiled?.dispose();
      const end = numbers([variable, slot]);
      tf.dispose([variable, slot]);
      return [...seen, ...end];
    };
    expect(course(engine.compile)).toEqual(course(undefined));
    start.dispose();
  });
});
