import * as tf from '@tensorflow/tfjs';
import { type Binding, flag, floatType, type OpAttribute, type TensorMetadata, type Values } from '../kernels/native.ts';
import type { Call } from './call.ts';
import type { Graph } from './graph.ts';
import { addMatrixProduct, type MatrixProduct, matrixProduct } from './matrix-product.ts';

/**
 * Adds a product of two matrices of middling size as our own `EspalierProduct` and returns its name; undefined for anything else, and where
 * the second is transposed, which it would have to be for the vectors of the processor: that takes as long as is saved. The threads that
 * share it wait awake for the next one. Those of TensorFlow sleep, and waking them takes as long as they save: the first layer of
 * LeNet-300-100 gains nothing from the second of them.
 *
 * Only where it gives the bits of `BatchMatMulV2`: both are computed once for each shape, on this machine. oneDNN adds the terms of a sum in
 * order, in blocks whose length depends on the shape and on the processor.
 */
export function addSharedProduct(graph: Graph, binding: Binding, call: Call): string | undefined {
  const product = tf.getKernel('EspalierProduct', 'tensorflow') === undefined ? undefined : matrixProduct(binding, call);
  if (product === undefined || product.transposeB) return undefined;
  const { rows, terms, columns } = product;
  const multiplyAdds = rows * terms * columns;
  if (multiplyAdds < LEAST_MULTIPLY_ADDS || multiplyAdds > MOST_MULTIPLY_ADDS || terms * columns > MOST_NUMBERS) return undefined;
  const block = blockOf(binding, product);
  if (block === undefined) return undefined;
  return addMatrixProduct(graph, binding, call, 'EspalierProduct', attributesOf(binding, product, block));
}

/**
 * The length of the blocks with which `EspalierProduct` gives the bits of `BatchMatMulV2` for products of this shape, on this machine;
 * undefined if there is none. Numbers of full precision stand for all: what rounds otherwise differs in a part of their thousands of sums.
 */
export function blockOf(binding: Binding, product: MatrixProduct): number | undefined {
  const known = blocks.get(binding) ?? new Map<string, number | undefined>();
  blocks.set(binding, known);
  const key = Object.values(product).join(' ');
  if (!known.has(key)) known.set(key, findBlock(binding, product));
  return known.get(key);
}

// --- helpers ---

const attributesOf = (binding: Binding, { transposeA }: MatrixProduct, block: number): OpAttribute[] => [
  flag({ binding }, 'transpose_a', transposeA),
  { name: 'block', type: binding.TF_ATTR_INT, value: block },
];

/** Below, a thread alone is as fast. */
const LEAST_MULTIPLY_ADDS = 2 ** 23;
/** Above, waking TensorFlow's threads matters less than that oneDNN arranges the factors for the cache. */
const MOST_MULTIPLY_ADDS = 2 ** 25;
/** Of the second factor, 2 MiB. */
const MOST_NUMBERS = 2 ** 19;

/** The blocks of oneDNN with AVX-512, beside the whole sum as one. */
const BLOCKS = [512, 1024];

const blocks = new WeakMap<Binding, Map<string, number | undefined>>();

function findBlock(binding: Binding, product: MatrixProduct): number | undefined {
  const { rows, terms, columns, transposeA } = product;
  const matrix = (height: number, width: number, transpose: boolean, seed: number): number =>
    binding.createTensor(transpose ? [width, height] : [height, width], binding.TF_FLOAT, numbers(height * width, seed));
  const factors = [matrix(rows, terms, transposeA, 1), matrix(terms, columns, false, 2)];
  const multiply = (op: string, attributes: OpAttribute[]): Values => {
    const [result] = binding.executeOp(op, attributes, factors, 1) as [TensorMetadata];
    const values = binding.tensorDataSync(result.id);
    binding.deleteTensor(result.id);
    return values;
  };
  try {
    const flags = [flag({ binding }, 'adj_x', transposeA), flag({ binding }, 'adj_y', false)];
    const expected = multiply('BatchMatMulV2', [floatType({ binding }), ...flags]);
    const isRight = (block: number): boolean => sameBits(multiply('EspalierProduct', attributesOf(binding, product, block)), expected);
    return [terms, ...BLOCKS.filter((block) => block < terms)].find(isRight);
  } finally {
    for (const id of factors) binding.deleteTensor(id);
  }
}

/** Numbers from −1 to 1 without a pattern, the same each time. */
function numbers(count: number, seed: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0, state = seed; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    values[i] = state / 2 ** 31;
  }
  return values;
}

function sameBits(a: Values, b: Values): boolean {
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer => Buffer.from(buffer, byteOffset, byteLength);
  return bytes(a as Float32Array).equals(bytes(b as Float32Array));
}
