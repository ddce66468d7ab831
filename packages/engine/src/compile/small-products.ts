import { usesOneDnn } from '../instructions.ts';
import { type Binding, floatType, type OpAttribute } from '../kernels/native.ts';
import type { Call } from './call.ts';
import type { Graph } from './graph.ts';

/**
 * Adds a small product of two matrices as `MatMul`, which TensorFlow computes on the thread that reaches it, and returns its name; undefined
 * for anything else. TensorFlow.js calls `BatchMatMulV2`, which wakes all threads for every product and waits for them: a recurrent network
 * has hundreds of small ones in a step, and takes half the time on two threads. On one thread it makes no difference.
 *
 * Left as they are, since there the two add in another order: long sums, few rows or columns, a large first factor, and processors without
 * oneDNN.
 *
 * Only in the graph, whose operations run on threads of TensorFlow: oneDNN's code for `MatMul` does not survive a signal that its own thread
 * takes (a profiler's, Ctrl+C), and a step that runs operation by operation runs on the thread that takes them.
 */
export function addSmallProduct(graph: Graph, binding: Binding, { op, attributes, from, shapes, result }: Call): string | undefined {
  const [a, b] = shapes;
  if (op !== 'BatchMatMulV2' || result.dtype !== binding.TF_FLOAT || !usesOneDnn()) return undefined;
  if (a === undefined || b === undefined || !isMatrix(a) || !isMatrix(b)) return undefined;
  const transposed = (name: string): boolean => attributes.find((attribute) => attribute.name === name)?.value === true;
  const terms = a.at(transposed('adj_x') ? -2 : -1) as number;
  const [rows, columns] = result.shape.slice(-2) as [number, number];
  if (terms > MOST_TERMS || rows < LEAST_ROWS || columns < LEAST_COLUMNS) return undefined;
  if (rows * terms > MOST_NUMBERS || rows * terms * columns > MOST_MULTIPLY_ADDS) return undefined;

  const flag = (name: string, value: boolean): OpAttribute => ({ name, type: binding.TF_ATTR_BOOL, value });
  const reshaped = (input: string, shape: readonly number[]): string =>
    graph.operation(
      'Reshape',
      [input, graph.constant(binding.TF_INT32, [shape.length], Int32Array.from(shape))],
      [floatType({ binding }), { name: 'Tshape', type: binding.TF_ATTR_TYPE, value: binding.TF_INT32 }],
      binding.TF_FLOAT,
    );
  const factors = from.map((input, i) => {
    const shape = shapes[i] as readonly number[];
    return shape.length === 2 ? input : reshaped(input, shape.slice(-2));
  });
  const kind = [floatType({ binding }), flag('transpose_a', transposed('adj_x')), flag('transpose_b', transposed('adj_y'))];
  const product = graph.operation('MatMul', factors, kind, binding.TF_FLOAT);
  return result.shape.length === 2 ? product : reshaped(product, result.shape);
}

// --- helpers ---

/** A tenth of a millisecond on one thread. */
const MOST_MULTIPLY_ADDS = 2 ** 23;
/** oneDNN's block of a sum with AVX-512. */
const MOST_TERMS = 384;
/** With fewer, oneDNN has another loop for transposed factors. */
const LEAST_ROWS = 16;
/** With two or three the two were seen to differ on several threads with AVX2, where a part of them can be a single column. */
const LEAST_COLUMNS = 4;
/** Of the first factor, 192 KiB: the two were seen to differ where it is nearly as large as the second-level cache, 256 KiB and more. */
const MOST_NUMBERS = 3 * 2 ** 14;

/** Also true of batches of one matrix, which `tf.layers.dense` multiplies. */
const isMatrix = (shape: readonly number[]): boolean => shape.length >= 2 && shape.slice(0, -2).every((n) => n === 1);
