import { usesOneDnn } from '../instructions.ts';
import { type Binding, flag, floatType } from '../kernels/native.ts';
import type { Call } from './call.ts';
import type { Graph } from './graph.ts';
import { addMatrixProduct, matrixProduct } from './matrix-product.ts';

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
export function addSmallProduct(graph: Graph, binding: Binding, call: Call): string | undefined {
  const product = usesOneDnn() ? matrixProduct(binding, call) : undefined;
  if (product === undefined) return undefined;
  const { rows, terms, columns, transposeA, transposeB } = product;
  if (terms > MOST_TERMS || rows < LEAST_ROWS || columns < LEAST_COLUMNS) return undefined;
  if (rows * terms > MOST_NUMBERS || rows * terms * columns > MOST_MULTIPLY_ADDS) return undefined;
  const attributes = [floatType({ binding }), flag({ binding }, 'transpose_a', transposeA), flag({ binding }, 'transpose_b', transposeB)];
  return addMatrixProduct(graph, binding, call, 'MatMul', attributes);
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
