import { type Binding, floatType, type OpAttribute } from '../kernels/native.ts';
import type { Call } from './call.ts';
import type { Graph } from './graph.ts';

/** A product of two matrices of floats. */
export interface MatrixProduct {
  readonly rows: number;
  readonly terms: number;
  readonly columns: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** The product that a call of `BatchMatMulV2` is, also of batches of one matrix, which `tf.layers.dense` multiplies; undefined for others. */
export function matrixProduct(binding: Binding, { op, attributes, shapes, result }: Call): MatrixProduct | undefined {
  const [a, b] = shapes;
  if (op !== 'BatchMatMulV2' || result.dtype !== binding.TF_FLOAT) return undefined;
  if (a === undefined || b === undefined || !isMatrix(a) || !isMatrix(b)) return undefined;
  const isSet = (name: string): boolean => attributes.find((attribute) => attribute.name === name)?.value === true;
  const [transposeA, transposeB] = [isSet('adj_x'), isSet('adj_y')];
  const [rows, columns] = result.shape.slice(-2) as [number, number];
  return { rows, terms: a.at(transposeA ? -2 : -1) as number, columns, transposeA, transposeB };
}

/** Adds it as another operation that takes two matrices, with the shapes that the call had, and returns its name. */
export function addMatrixProduct(
  graph: Graph,
  binding: Binding,
  { from, shapes, result }: Call,
  op: string,
  attributes: readonly OpAttribute[],
): string {
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
  const product = graph.operation(op, factors, attributes, binding.TF_FLOAT);
  return result.shape.length === 2 ? product : reshaped(product, result.shape);
}

// --- helpers ---

const isMatrix = (shape: readonly number[]): boolean => shape.length >= 2 && shape.slice(0, -2).every((n) => n === 1);
