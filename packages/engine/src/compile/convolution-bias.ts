import { hasAvx512, usesOneDnn } from '../instructions.ts';
import { type Binding, floatType } from '../kernels/native.ts';
import type { Call } from './call.ts';
import { addConvolution } from './convolution.ts';
import type { Graph } from './graph.ts';

/**
 * Adds the bias of a convolution as `BiasAdd`, and returns its name; undefined for anything else. TensorFlow then lets the convolution add
 * it, and a relu after it too, where TensorFlow.js calls an `Add` that goes over all activations once more. A convolution of our own is
 * added once more, with the bias; nobody reads the first then.
 *
 * Left as they are, since there oneDNN begins its sums with the bias: few channels without AVX-512, and processors without oneDNN.
 */
export function addConvolutionBias(graph: Graph, binding: Binding, call: Call): string | undefined {
  const { op, from, shapes, origins, result } = call;
  const [sum, bias] = shapes;
  const [convolution] = origins;
  if (op !== 'Add' || result.dtype !== binding.TF_FLOAT || convolution?.op !== 'Conv2D') return undefined;
  if (sum?.length !== 4 || bias?.length !== 1 || bias[0] !== sum[3]) return undefined;
  const own = addConvolution(graph, binding, convolution, from[1]);
  if (own !== undefined || !usesOneDnn()) return own;
  const channels = convolution.shapes[1]?.[2] as number;
  if (channels < LEAST_CHANNELS && !hasAvx512()) return undefined;
  return graph.operation('BiasAdd', from, [floatType({ binding })], binding.TF_FLOAT);
}

// --- helpers ---

/** Of the input. With fewer, oneDNN takes another code, which only on AVX-512 adds the bias last. */
const LEAST_CHANNELS = 5;
