import * as tf from '@tensorflow/tfjs';
import { hasAvx512 } from '../instructions.ts';
import { type Binding, flag, type OpAttribute } from '../kernels/native.ts';
import type { Call } from './call.ts';
import { compareOperations } from './comparison.ts';
import type { Graph } from './graph.ts';

/**
 * Adds a convolution as our own `EspalierConvolution`, or its gradient by the input as `EspalierConvolutionInputGradient`, and returns its
 * name; undefined for anything else. oneDNN computes whole vectors of channels: with AVX-512, 32 where there are 20. Ours are vectors of
 * images.
 *
 * Only where that fills the vectors better, and gives the bits of TensorFlow's: both are computed once for each shape, on this machine. For
 * the gradient that also tells in which order oneDNN adds.
 *
 * @param bias Is added to the convolution, if given.
 */
export function addConvolution(graph: Graph, binding: Binding, call: Call, bias?: string): string | undefined {
  const kind = KINDS.get(call.op);
  if (kind === undefined || tf.getKernel(kind.own, 'tensorflow') === undefined) return undefined;
  const convolution = convolutionOf(binding, call, kind);
  if (convolution === undefined || !isWorthIt(convolution, kind)) return undefined;
  const attributes = ownAttributes(binding, call, kind, convolution);
  if (attributes === undefined) return undefined;
  const inputs = kind.tensors.map((i) => call.from[i] as string);
  const biases = kind.takesBias ? [bias ?? graph.constant(binding.TF_FLOAT, [0], new Float32Array())] : [];
  return graph.operation(kind.own, [...inputs, ...biases], attributes, binding.TF_FLOAT);
}

// --- helpers ---

type Shape = [number, number, number, number];

/** Its shapes are [images, rows, columns, channels], that of the filter [rows, columns, channels, filters]. */
interface Convolution {
  readonly input: Shape;
  readonly filter: Shape;
  readonly output: Shape;
  /** Along rows and columns. */
  readonly strides: [number, number];
  /** At the top and on the left. */
  readonly padding: [number, number];
}

/** A convolution or its gradient. */
interface Kind {
  readonly own: string;
  /** Which inputs are tensors of floats. The gradient has one more, the shape of its result. */
  readonly tensors: readonly number[];
  readonly takesBias: boolean;
  /** The flags of ours that tell in which order it adds. */
  readonly order: readonly string[];
  /** The input, the filter and the output of the convolution. */
  shapes(inputs: readonly Shape[], result: Shape): readonly Shape[];
  /** The shape of the result. */
  computed(convolution: Convolution): Shape;
}

const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  [
    'Conv2D',
    {
      own: 'EspalierConvolution',
      tensors: [0, 1],
      takesBias: true,
      order: [],
      shapes: (inputs, result) => [...inputs, result],
      computed: ({ output }) => output,
    },
  ],
  [
    'Conv2DBackpropInput',
    {
      own: 'EspalierConvolutionInputGradient',
      tensors: [1, 2],
      takesBias: false,
      order: ['reversed', 'by_columns'],
      shapes: ([, ...inputs], result) => [result, ...inputs],
      computed: ({ input }) => input,
    },
  ],
]);

const LEAST_MULTIPLY_ADDS = 2 ** 23;
/** Times the lanes that oneDNN needs, to ours. */
const LEAST_GAIN = 1.1;
/** Multiply-adds with each number of the input and the output, all of which are moved once more. */
const LEAST_USES = 128;
/** Of the input and the output: memory for as many is needed once more. */
const MOST_NUMBERS = 2 ** 24;

function convolutionOf(binding: Binding, { attributes, shapes, result }: Call, kind: Kind): Convolution | undefined {
  const value = (name: string): unknown => attributes.find((attribute) => attribute.name === name)?.value;
  const type = value('padding');
  const isPlain = value('data_format') === 'NHWC' && (value('dilations') as number[]).every((n) => n === 1);
  if (result.dtype !== binding.TF_FLOAT || !isPlain || !(type === 'SAME' || type === 'VALID')) return undefined;
  const [input, filter, output] = kind.shapes(shapes as Shape[], result.shape as Shape) as [Shape, Shape, Shape];
  const strides = (value('strides') as number[]).slice(1, 3) as [number, number];
  const pad = type === 'SAME' ? 'same' : 'valid';
  const { padInfo } = tf.backend_util.computeConv2DInfo(input, filter, strides, 1, pad);
  return { input, filter, output, strides, padding: [padInfo.top, padInfo.left] };
}

function isWorthIt(convolution: Convolution, kind: Kind): boolean {
  const { sizeFromShape } = tf.util;
  const { input, filter, output } = convolution;
  const vector = hasAvx512() ? 16 : 8;
  /** How many lanes it takes for each of so many numbers, where whole vectors are computed. */
  const lanes = (numbers: number): number => (Math.ceil(numbers / vector) * vector) / numbers;
  const [images, , , channels] = kind.computed(convolution);
  const multiplyAdds = sizeFromShape(filter) * sizeFromShape(output.slice(0, 3));
  const moved = sizeFromShape(input) + sizeFromShape(output);
  if (lanes(channels) < LEAST_GAIN * lanes(images) || moved > MOST_NUMBERS) return false;
  return multiplyAdds >= LEAST_MULTIPLY_ADDS && multiplyAdds >= LEAST_USES * moved;
}

/** The attributes with which our operation gives the bits of the call; undefined if there are none. */
function ownAttributes(binding: Binding, call: Call, kind: Kind, convolution: Convolution): OpAttribute[] | undefined {
  const { strides, padding } = convolution;
  const sizes = [...strides, ...padding, ...kind.computed(convolution).slice(1, 3)].map((value, i) => ({
    name: SIZES[i] as string,
    type: binding.TF_ATTR_INT,
    value,
  }));
  const flags = kind.order.reduce<OpAttribute[][]>(
    (all, name) => all.flatMap((others) => [true, false].map((value) => [...others, flag({ binding }, name, value)])),
    [[]],
  );
  const key = [call.op, ...call.shapes.flat(), ...call.result.shape, ...sizes.map(({ value }) => value)].join(' ');
  return compareOperations(binding, key, ({ tensor, integers, run, same }) => {
    const inputs = call.shapes.map((shape, i) => (kind.tensors.includes(i) ? tensor(shape, i + 1) : integers(call.result.shape)));
    const own = [...kind.tensors.map((i) => inputs[i] as number), ...(kind.takesBias ? [tensor([0], 0)] : [])];
    const expected = run(call.op, call.attributes, inputs, 1);
    return flags.map((order) => [...sizes, ...order]).find((attributes) => same(run(kind.own, attributes, own, 1), expected));
  });
}

const SIZES = ['row_stride', 'column_stride', 'top', 'left', 'rows', 'columns'];
