import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';
import { nativeBackend, type OpAttribute } from './kernels/native.ts';

/**
 * Loads the addon with our own operations (`native/operations.cc`), which registers them with TensorFlow, and makes them kernels of
 * TensorFlow.js. Whoever wants one asks `tf.getKernel(name, 'tensorflow')` whether it is there.
 *
 * | kernel | inputs | attributes | results |
 * |---|---|---|---|
 * | `EspalierSgd` | variable, slot, gradient (one shape), learningRate (scalar) | decay, momentum, nesterov | new variable, new slot |
 * | `EspalierMultiply` | a, b (one shape) | | a · b, element by element |
 * | `EspalierProduct` | a, b (matrices) | transposeA, block | their product, its sums in blocks of so many terms |
 * | `EspalierSoftThreshold` | weight, threshold (scalar) | | effective weight |
 * | `EspalierSoftThresholdGrad` | upstream, effective (one shape) | | upstream · ∂/∂weight, upstream · ∂/∂threshold |
 * | `EspalierMovingAverage` | average, value (one shape) | correction, rate | average − rate · (average − correction · value) |
 * | `EspalierBatchNormalization` | x ([n, h, w, channels]), scale, offset | epsilon, activation | y, mean, variance with Bessel's correction, mean, variance |
 * | `EspalierBatchNormalizationGrad` | gradient (by y), x, scale, mean, variance, offset | the same | gradients by x, scale, offset |
 * | `EspalierConvolution` | x ([n, h, w, channels]), filter, bias (or empty) | sizes | convolution + bias |
 * | `EspalierConvolutionInputGradient` | filter, gradient (by the result) | sizes, reversed, byColumns | gradient by x |
 * | `EspalierKthLargest` | a list: scores of any shapes, then k (int32) | | the k-th largest of all, a scalar |
 * | `EspalierTopK` | the same | | masks of the k largest of all, equal ones by position |
 *
 * All but k are floats, and each result has the bits that TensorFlow's own operations would give; those of a product, if oneDNN adds in
 * such blocks, and those of a convolution's gradient, if it adds in the order that the flags tell (`native/convolution.h`).
 * `EspalierProduct` is there on processors with AVX-512, for more than one thread: on one, TensorFlow's is as fast. Those on images are there
 * with AVX2. Batch normalization takes channels by eights; its `activation` is 0 for none, 1 for relu, 2 for relu6. The sizes of a
 * convolution are rowStride, columnStride, the padding at the top and on the left, and rows and columns of the result. Of up to `threads`
 * threads, each takes a part of a large tensor.
 */
export function installOperations(file: string, threads: number): void {
  const addon = createRequire(import.meta.url)(file) as Addon;
  addon.setThreads(threads);
  const { TF_ATTR_FLOAT, TF_ATTR_BOOL, TF_ATTR_INT } = nativeBackend().binding;
  const register = (kernelName: string, call: (inputs: tf.NamedTensorInfoMap, attributes: Attributes) => Call): void => {
    const kernelFunc: tf.KernelFunc = ({ inputs, attrs = {} }) => {
      const { operands, attributes = [], outputs } = call(inputs, attrs as Attributes);
      return nativeBackend().executeMultipleOutputs(kernelName, attributes, operands, outputs);
    };
    tf.registerKernel({ kernelName, backendName: 'tensorflow', kernelFunc });
  };
  const selection = (inputs: tf.NamedTensorInfoMap) => {
    const operands = inputs as unknown as readonly tf.TensorInfo[];
    return { operands, attributes: [{ name: 'N', type: TF_ATTR_INT, value: operands.length - 1 }] };
  };

  register('EspalierSgd', ({ variable, slot, gradient, learningRate }, { decay, momentum, nesterov }) => ({
    operands: [variable, slot, gradient, learningRate] as tf.TensorInfo[],
    attributes: [
      { name: 'decay', type: TF_ATTR_FLOAT, value: decay },
      { name: 'momentum', type: TF_ATTR_FLOAT, value: momentum },
      { name: 'nesterov', type: TF_ATTR_BOOL, value: nesterov },
    ],
    outputs: 2,
  }));
  register('EspalierMultiply', ({ a, b }) => ({ operands: [a, b] as tf.TensorInfo[], outputs: 1 }));
  if (addon.hasAvx512 && threads > 1) {
    register('EspalierProduct', ({ a, b }, { transposeA, block }) => ({
      operands: [a, b] as tf.TensorInfo[],
      attributes: [
        { name: 'transpose_a', type: TF_ATTR_BOOL, value: transposeA },
        { name: 'block', type: TF_ATTR_INT, value: block },
      ],
      outputs: 1,
    }));
  }
  register('EspalierSoftThreshold', ({ weight, threshold }) => ({ operands: [weight, threshold] as tf.TensorInfo[], outputs: 1 }));
  register('EspalierSoftThresholdGrad', ({ upstream, effective }) => ({ operands: [upstream, effective] as tf.TensorInfo[], outputs: 2 }));
  register('EspalierMovingAverage', ({ average, value }, { correction, rate }) => ({
    operands: [average, value] as tf.TensorInfo[],
    attributes: [
      { name: 'correction', type: TF_ATTR_FLOAT, value: correction },
      { name: 'rate', type: TF_ATTR_FLOAT, value: rate },
    ],
    outputs: 1,
  }));
  if (addon.hasAvx2) {
    const own = ({ epsilon, activation }: Attributes): OpAttribute[] => [
      { name: 'epsilon', type: TF_ATTR_FLOAT, value: epsilon },
      { name: 'activation', type: TF_ATTR_INT, value: activation },
    ];
    register('EspalierBatchNormalization', ({ x, scale, offset }, attributes) => ({
      operands: [x, scale, offset] as tf.TensorInfo[],
      attributes: own(attributes),
      outputs: 5,
    }));
    register('EspalierBatchNormalizationGrad', ({ gradient, x, scale, mean, variance, offset }, attributes) => ({
      operands: [gradient, x, scale, mean, variance, offset] as tf.TensorInfo[],
      attributes: own(attributes),
      outputs: 3,
    }));
    const convolution = (kernelName: string, operands: readonly string[], flags: Readonly<Record<string, string>> = {}): void =>
      register(kernelName, (inputs, attributes) => ({
        operands: operands.map((name) => inputs[name] as tf.TensorInfo),
        attributes: [
          ...Object.entries(SIZES).map(([name, key]) => ({ name, type: TF_ATTR_INT, value: attributes[key] })),
          ...Object.entries(flags).map(([name, key]) => ({ name, type: TF_ATTR_BOOL, value: attributes[key] })),
        ],
        outputs: 1,
      }));
    convolution('EspalierConvolution', ['x', 'filter', 'bias']);
    convolution('EspalierConvolutionInputGradient', ['filter', 'gradient'], { reversed: 'reversed', by_columns: 'byColumns' });
  }
  register('EspalierKthLargest', (inputs) => ({ ...selection(inputs), outputs: 1 }));
  register('EspalierTopK', (inputs) => {
    const { operands, attributes } = selection(inputs);
    return { operands, attributes, outputs: operands.length - 1 };
  });
}

// --- helpers ---

interface Addon {
  setThreads(threads: number): void;
  readonly hasAvx512: boolean;
  readonly hasAvx2: boolean;
}

/** Attributes of the convolutions. */
const SIZES = { row_stride: 'rowStride', column_stride: 'columnStride', top: 'top', left: 'left', rows: 'rows', columns: 'columns' };

type Attributes = Readonly<Record<string, number | boolean>>;

interface Call {
  readonly operands: readonly tf.TensorInfo[];
  readonly attributes?: OpAttribute[];
  readonly outputs: number;
}
