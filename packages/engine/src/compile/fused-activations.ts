import { nativeBackend } from '../kernels/native.ts';
import { encodeAttribute } from './attributes.ts';
import { type GraphNode, outputName } from './graph.ts';

/** Activations that batch normalization of our own can do, by the number that its attribute `activation` has then. */
const ACTIVATIONS: Readonly<Record<string, number>> = { Relu: 1, Relu6: 2 };

/**
 * The nodes with each relu or relu6 that alone reads the result of an `EspalierBatchNormalization` done by that, and with its gradient done
 * by `EspalierBatchNormalizationGrad`, which computes once more what came before the activation. The bits stay the same.
 *
 * @param returned The outputs that the graph has to give, which stay as they are.
 */
export function fuseActivations(nodes: readonly GraphNode[], returned: readonly string[]): GraphNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const readers = new Map<string, GraphNode[]>();
  for (const node of nodes) for (const input of node.inputs) readers.set(input, [...(readers.get(input) ?? []), node]);
  const kept = new Set(returned.map(outputName));
  /** The one node that reads an output which is not returned. */
  const soleReader = (output: string): GraphNode | undefined =>
    kept.has(output) || readers.get(output)?.length !== 1 ? undefined : readers.get(output)?.[0];
  const changed = new Map<string, GraphNode>();
  const replaced = new Map<string, string>();

  for (const activation of nodes) {
    const { name, op } = activation;
    const number = ACTIVATIONS[op];
    const normalization = byName.get(activation.inputs[0] ?? '');
    if (number === undefined || normalization?.op !== 'EspalierBatchNormalization') continue;
    if (soleReader(normalization.name) !== activation || kept.has(name)) continue;
    changed.set(normalization.name, withActivation(normalization, number));
    replaced.set(name, normalization.name);
    for (const gradient of readers.get(name) ?? []) {
      const [upstream, output] = gradient.inputs as [string, string];
      const next = soleReader(gradient.name);
      if (gradient.op !== `${op}Grad` || output !== name || next?.op !== 'EspalierBatchNormalizationGrad') continue;
      if (next.inputs[0] !== gradient.name || next.inputs[3] !== `${normalization.name}:3`) continue;
      changed.set(next.name, withActivation(next, number));
      replaced.set(gradient.name, upstream);
    }
  }

  return nodes
    .filter(({ name }) => !replaced.has(name))
    .map((node) => changed.get(node.name) ?? node)
    .map((node) => ({ ...node, inputs: node.inputs.map((input) => replaced.get(input) ?? input) }));
}

// --- helpers ---

function withActivation(node: GraphNode, number: number): GraphNode {
  const { binding } = nativeBackend();
  const attribute = encodeAttribute({ name: 'activation', type: binding.TF_ATTR_INT, value: number }, binding);
  return { ...node, attributes: [...node.attributes, attribute] };
}
