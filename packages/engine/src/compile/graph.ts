import { type Binding, flag, type OpAttribute, type Values } from '../kernels/native.ts';
import { constantAttributes, encodeAttribute, placeholderAttributes } from './attributes.ts';
import { bytes, integer, message } from './wire.ts';

/** One node of a graph. Its k-th output is `<name>:<k>`, the first also `<name>`. */
export interface GraphNode {
  /** `n<i>`, if it was the i-th to be added. */
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  /** Encoded. */
  readonly attributes: readonly Buffer[];
}

const REGROUPED = /^(Add|AddV2|AddN|Mul)$/;
const TAGS = ['AddOpsRewriteStage', 'MinimizeBroadcasts'].map((stage) => `_grappler_ArithmeticOptimizer_${stage}`);
/** Their results are hidden, or what goes into them. */
const HIDDEN = /^(Sqrt|Mul|RealDiv|Transpose|Softplus)$/;
const HIDDEN_INPUTS = /^(BiasAddGrad|Elu)$/;

/** A TensorFlow graph while it grows. Each function adds a node and returns its name. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  placeholder(dtype: number, shape: readonly number[]): string;
  constant(dtype: number, shape: readonly number[], values: Values): string;
  /** `dtype` is that of the first output. */
  operation(op: string, inputs: readonly string[], attributes: readonly OpAttribute[], dtype: number): string;
  /** The same floats, as a value that could be fed. */
  hide(output: string): string;
}

/**
 * An empty graph.
 *
 * TensorFlow rewrites a graph before it runs it, and some rewritings change the last bits. The addon can't pass the option that forbids it,
 * but two things keep them away:
 *
 * - A value that could be fed stays as it is. Floating-point constants (x / 3 would become x · (1 / 3)), square roots (x / √y, x · y^(-1/2)),
 *   products that are summed (x · a + x · b, x · (a + b)), transposed matrices (a product with few rows would transpose one itself, and add
 *   in another order), softplus (oneDNN's mish), and what goes into a bias's gradient (a part of the filter's), into an elu (a part of the
 *   convolution's) and sometimes into a relu (`batch-normalization.ts`) go through a `PlaceholderWithDefault`, which passes them on.
 * - Sums and products are marked as already regrouped ((a + b) + (c + d) would become a + b + c + d).
 *
 * @see https://github.com/tensorflow/tensorflow/blob/v2.15.1/tensorflow/core/grappler/optimizers/arithmetic_optimizer.cc
 * @see https://github.com/tensorflow/tensorflow/blob/v2.15.1/tensorflow/core/common_runtime/mkl_layout_pass.cc
 */
export function createGraph(binding: Binding): Graph {
  const nodes: GraphNode[] = [];

  const add = (op: string, inputs: readonly string[], attributes: readonly Buffer[]): string => {
    const name = `n${nodes.length}`;
    nodes.push({ name, op, inputs: inputs.map(outputName), attributes });
    return name;
  };
  const hide = (name: string): string => add('PlaceholderWithDefault', [name], placeholderAttributes(binding.TF_FLOAT));

  return {
    nodes,
    hide,
    placeholder: (dtype, shape) => add('Placeholder', [], placeholderAttributes(dtype, shape)),
    constant(dtype, shape, values) {
      const name = add('Const', [], constantAttributes(dtype, shape, values));
      return dtype === binding.TF_FLOAT ? hide(name) : name;
    },
    operation(op, inputs, attributes, dtype) {
      const tags = REGROUPED.test(op) ? TAGS.map((name) => flag({ binding }, name, true)) : [];
      // The one op whose type tfjs-node leaves to be inferred, which happens in eager execution only.
      const type = op === 'ExpandDims' ? [{ name: 'T', type: binding.TF_ATTR_TYPE, value: dtype }] : [];
      const encoded = [...attributes, ...type, ...tags].map((attribute) => encodeAttribute(attribute, binding));
      const name = add(op, HIDDEN_INPUTS.test(op) ? inputs.map(hide) : inputs, encoded);
      return HIDDEN.test(op) && dtype === binding.TF_FLOAT ? hide(name) : name;
    },
  };
}

/** The tag under which the graph is found in its saved model. */
export const TAG = 'serve';

/** An output by its one name: the first of a node is the node's. */
export const outputName = (output: string): string => output.replace(/:0$/, '');

/** The node as a `NodeDef` message: equal nodes are equal bytes. */
export const encodeNode = ({ name, op, inputs, attributes }: GraphNode): Buffer =>
  Buffer.concat([bytes(1, name), bytes(2, op), ...inputs.map((input) => bytes(3, input)), ...attributes]);

/** The nodes as the content of a `saved_model.pb`. The producer is that of TensorFlow 2.9, the oldest library tfjs-node comes with. */
export function encodeSavedModel(nodes: readonly GraphNode[]): Buffer {
  const graphDef = [...nodes.map((node) => bytes(1, encodeNode(node))), message(4, integer(1, 1087))];
  return Buffer.concat([integer(1, 1), message(2, message(1, bytes(4, TAG)), message(2, ...graphDef))]);
}
