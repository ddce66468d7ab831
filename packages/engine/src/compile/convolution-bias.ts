import { instructions, usesOneDnn } from '../instructions.ts';
import { type Binding, floatType } from '../kernels/native.ts';
import type { Call } from './call.ts';
import type { Graph } from './graph.ts';

/**
 * Adds the bias of a convolution as `BiasAdd`, and returns its name; undefined for anything else. TensorFlow then lets the convolution add
 * it, and a relu after it too, where TensorFlow.js calls an `Add` that goes over all activations once more.
 *
 * Left as they are, since there oneDNN begins its sums with the bias: few channels without AVX-512, and processors without oneDNN.
 *
 * @param filterOf The shape of a convolution's filter, by its output.
 */
export function addConvolutionBias(
  graph: Graph,
  binding: Binding,
  { op, from, shapes, result }: Call,
  filterOf: (output: string) => readonly number[] | undefined,
): string | undefined {
  const [sum, bias] = shapes;
  if (op !== 'Add' || result.dtype !== binding.TF_FLOAT || !usesOneDnn()) return undefined;
  const filter = filterOf(from[0] as string);
  if (filter === undefined || sum?.length !== 4 || bias?.length !== 1 || bias[0] !== sum[3]) return undefined;
  const channels = filter[2] as number;
  if (channels < LEAST_CHANNELS && !/^AVX-?512/.test(instructions())) return undefined;
  return graph.operation('BiasAdd', from, [floatType({ binding })], binding.TF_FLOAT);
}

// --- helpers ---

/** Of the input. With fewer, oneDNN takes another code, which only on AVX-512 adds the bias last. */
const LEAST_CHANNELS = 5;
