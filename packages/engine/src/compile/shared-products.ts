import * as tf from '@tensorflow/tfjs';
import { type Binding, flag, floatType, type OpAttribute } from '../kernels/native.ts';
import type { Call } from './call.ts';
import { compareOperations } from './comparison.ts';
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
 * undefined if there is none.
 */
export function blockOf(binding: Binding, product: MatrixProduct): number | undefined {
  const { rows, terms, columns, transposeA } = product;
  return compareOperations(binding, `product ${Object.values(product).join(' ')}`, ({ tensor, run, same }) => {
    const factors = [tensor(transposeA ? [terms, rows] : [rows, terms], 1), tensor([terms, columns], 2)];
    const flags = [flag({ binding }, 'adj_x', transposeA), flag({ binding }, 'adj_y', false)];
    const expected = run('BatchMatMulV2', [floatType({ binding }), ...flags], factors, 1);
    const isRight = (block: number): boolean => same(run('EspalierProduct', attributesOf(binding, product, block), factors, 1), expected);
    return [terms, ...BLOCKS.filter((block) => block < terms)].find(isRight);
  });
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
