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
  const changed = new Map<string, GraphNode>();
  const renamed = new Map<string, string>();
  const isInner = (output: string, count: number): boolean => !kept.has(output) && readers.get(output)?.length === count;

  for (const activation of nodes) {
    const number = ACTIVATIONS[activation.op];
    const normalization = byName.get(activation.inputs[0] ?? '');
    if (number === undefined || normalization?.op !== 'EspalierBatchNormalization') continue;
    if (!isInner(normalization.name, 1) || kept.has(activation.name)) continue;
    changed.set(normalization.name, withActivation(normalization, number));
    renamed.set(activation.name, normalization.name);
    for (const gradient of readers.get(activation.name) ?? []) {
      const [next] = readers.get(gradient.name) ?? [];
      const isGradient = gradient.op === `${activation.op}Grad` && gradient.inputs[1] === activation.name && isInner(gradient.name, 1);
      if (!isGradient || next?.op !== 'EspalierBatchNormalizationGrad' || next.inputs[0] !== gradient.name) continue;
      if (next.inputs[3] !== `${normalization.name}:3`) continue;
      changed.set(next.name, withActivation({ ...next, inputs: [gradient.inputs[0] as string, ...next.inputs.slice(1)] }, number));
      renamed.set(gradient.name, '');
    }
  }

  return nodes
    .filter(({ name }) => !renamed.has(name))
    .map((node) => changed.get(node.name) ?? node)
    .map((node) => ({ ...node, inputs: node.inputs.map((input) => renamed.get(input) ?? input) }));
}

// --- helpers ---

function withActivation(node: GraphNode, number: number): GraphNode {
  const { binding } = nativeBackend();
  const attribute = encodeAttribute({ name: 'activation', type: binding.TF_ATTR_INT, value: number }, binding);
  return { ...node, attributes: [...node.attributes, attribute] };
}
