import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { floatType, nativeBackend } from '../kernels/native.ts';
import type { Call } from './call.ts';
import { addConvolution } from './convolution.ts';
import { createGraph } from './graph.ts';
import { eagerAndReplayed, installOwnOperations, operationsOf } from './test-helpers.ts';
import type { Step } from './types.ts';

installOwnOperations(2);
const isInstalled = tf.getKernel('EspalierConvolution', 'tensorflow') !== undefined;

interface Setting {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly filters: number;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: 'same' | 'valid';
}

/** The second convolution of LeNet-5. */
const LENET: Setting = { images: 128, height: 12, width: 12, channels: 20, filters: 50, kernel: 5, stride: 1, pad: 'valid' };

/** A convolution with a bias, and its gradient by the input. */
const convolution =
  ({ stride, pad }: Setting): Step =>
  (given) => {
    const { x, filter, bias } = given as Record<'x' | 'filter' | 'bias', tf.Tensor>;
    const convolve = (input: tf.Tensor): tf.Tensor => tf.conv2d(input as tf.Tensor4D, filter as tf.Tensor4D, stride, pad);
    const { value, grad } = tf.valueAndGrad(convolve)(x);
    return { y: value.add(bias), grad };
  };

const feeds = ({ images, height, width, channels, filters, kernel }: Setting, seed = 1) => ({
  x: tf.randomNormal([images, height, width, channels], 0, 1, 'float32', seed),
  filter: tf.randomNormal([kernel, kernel, channels, filters], 0, 1, 'float32', seed + 1),
  bias: tf.randomNormal([filters], 0, 1, 'float32', seed + 2),
});

const opsOf = (changes: Partial<Setting> = {}): string[] => {
  const setting = { ...LENET, ...changes };
  return operationsOf(convolution(setting), feeds(setting)).filter((op) => /Conv/.test(op));
};

it('convolves images of any size to the same bits as eager steps, with any channels, and passes gradients back', () => {
  const size = (max: number) => fc.integer({ min: 1, max });
  const setting: fc.Arbitrary<Setting> = fc.record({
    images: fc.integer({ min: 15, max: 70 }),
    height: fc.integer({ min: 5, max: 16 }),
    width: fc.integer({ min: 5, max: 16 }),
    channels: size(30),
    filters: size(60),
    kernel: size(5),
    stride: size(2),
    pad: fc.constantFrom('same', 'valid'),
  });
  fc.assert(
    fc.property(setting, fc.nat(), (setting, seed) => {
      const flat = (given: Parameters<Step>[0]) => tf.concat(Object.values(convolution(setting)(given, '')).map((one) => one.flatten()));
      tf.tidy(() => {
        const { eager, replayed } = eagerAndReplayed(flat, feeds(setting, seed));
        expect(replayed).toEqual(eager);
      });
    }),
    { numRuns: 15 },
  );
});

describe.runIf(isInstalled)('of a recorded step, a convolution', () => {
  const [forward, backward] = ['EspalierConvolution', 'EspalierConvolutionInputGradient'];

  it('is ours where channels leave lanes idle, with the bias, and so is its gradient by the input', () => {
    // One more is the convolution without its bias, which nobody reads.
    expect(opsOf()).toEqual([forward, backward, forward]);
    expect(opsOf({ filters: 64 })).toEqual(['Conv2D', backward]);
    expect(opsOf({ channels: 32 })).toEqual([forward, 'Conv2DBackpropInput', forward]);
  });

  it("is TensorFlow's where images leave as many, where sums are short, and where it is small", () => {
    for (const changes of [{ images: 17 }, { channels: 1 }, { images: 16, height: 8, width: 8 }])
      expect(opsOf(changes)).toEqual(['Conv2D', 'Conv2DBackpropInput']);
  });

  it("is TensorFlow's where that rounds otherwise, which is found out once for each shape", () => {
    const { binding } = nativeBackend();
    /** A binding whose library has other results. */
    const executeOp = vi.fn<typeof binding.executeOp>((op, attributes, ids, outputs) => {
      const results = binding.executeOp(op, attributes, ids, outputs);
      return op === 'Conv2D' ? binding.executeOp('Neg', [floatType({ binding })], [results[0]?.id as number], 1) : results;
    });
    const other = Object.create(binding, { executeOp: { value: executeOp } }) as typeof binding;
    const list = (name: string, value: number[]) => ({ name, type: binding.TF_ATTR_INT, value });
    const text = (name: string, value: string) => ({ name, type: binding.TF_ATTR_STRING, value });
    const call: Call = {
      op: 'Conv2D',
      attributes: [
        floatType({ binding }),
        ...[list('strides', [1, 1, 1, 1]), list('dilations', [1, 1, 1, 1])],
        ...[text('padding', 'VALID'), text('data_format', 'NHWC')],
      ],
      from: ['x', 'filter'],
      shapes: [
        [128, 12, 12, 20],
        [5, 5, 20, 50],
      ],
      origins: [],
      result: { shape: [128, 8, 8, 50], dtype: binding.TF_FLOAT },
    };
    expect(addConvolution(createGraph(binding), binding, call)).toBeDefined();
    expect(addConvolution(createGraph(other), other, call)).toBeUndefined();
    executeOp.mockClear();
    expect(addConvolution(createGraph(other), other, call)).toBeUndefined();
    expect(executeOp).not.toHaveBeenCalled();
  });
});
