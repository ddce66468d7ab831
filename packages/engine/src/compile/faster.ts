import type { Binding } from '../kernels/native.ts';
import { addBatchNormalization } from './batch-normalization.ts';
import type { Call } from './call.ts';
import { addConvolution } from './convolution.ts';
import { addConvolutionBias } from './convolution-bias.ts';
import type { Graph } from './graph.ts';
import { addSharedMultiply } from './shared-multiply.ts';
import { addSharedProduct } from './shared-products.ts';
import { addSmallProduct } from './small-products.ts';

/** What takes another operation for a call that gives the same bits in less time: adds it and returns its name, or undefined. */
type Substitution = (graph: Graph, binding: Binding, call: Call) => string | undefined;

const SUBSTITUTIONS: readonly Substitution[] = [
  addSmallProduct,
  addSharedProduct,
  addSharedMultiply,
  addBatchNormalization,
  addConvolution,
  addConvolutionBias,
];

/** Adds a call as another operation that gives the same bits in less time, and returns its name; undefined where there is none. */
export function addFaster(graph: Graph, binding: Binding, call: Call): string | undefined {
  for (const substitute of SUBSTITUTIONS) {
    const name = substitute(graph, binding, call);
    if (name !== undefined) return name;
  }
  return undefined;
}
