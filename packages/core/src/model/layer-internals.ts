/**
 * The private parts of tfjs-layers that pruning needs, in one place: which fields of a layer hold kernels, how layers nest, and how often
 * a forward pass uses each weight. A test per layer type fails if TensorFlow.js changes them.
 */
import { EspalierError } from '../errors.ts';
import type { tf } from '../tf.ts';

/** A field of a layer through which its forward pass reads a weight. */
export interface WeightField {
  /** The layer that has a name of the user's; a cell or a wrapped layer goes by the name of what is around it. */
  readonly layer: string;
  /** The same without the parts of a layer: its directions or stacked cells. */
  readonly owner: string;
  readonly field: string;
  readonly role: 'kernel' | 'bias' | 'norm' | 'other';
  readonly variable: tf.Variable;
  readonly filterAxes: readonly number[];
  /** Times each weight is used in one forward pass of one example; 0 for anything but kernels. */
  readonly uses: number;
  /** Makes the forward pass read something else; returns the way back. */
  redirect(read: () => tf.Tensor): () => void;
}

/**
 * Every weight of a model, with what it is for, in the order of the layers; a layer that is in several nested models comes once.
 *
 * Throws `E_ATTACHED` if a field is redirected already, `E_UNKNOWN_SIZE` if the multiply-adds of a kernel can't be counted.
 */
export function weightFields(model: tf.LayersModel): WeightField[] {
  if (!model.built) (model as tf.Sequential).build();
  const fields = new Map<tf.Variable, WeightField>();
  for (const field of visitContainer(model as unknown as PrivateContainer, '', 1)) {
    const same = fields.get(field.variable);
    fields.set(field.variable, same ? { ...same, uses: same.uses + field.uses } : field);
  }
  return [...fields.values()];
}

/** The activation of a model's last layer, if it has one. */
export function outputActivation(model: tf.LayersModel): string | undefined {
  const last = model.layers.at(-1);
  if (last && 'layers' in last) return outputActivation(last as tf.LayersModel);
  return last?.getClassName() === 'Softmax' ? 'softmax' : (last?.getConfig().activation as string | undefined);
}

/** Numbers in the largest tensor that goes into a layer or comes out of one, for one example. A dimension that is left open counts as 1. */
export function largestActivation({ layers }: Pick<tf.LayersModel, 'layers'>): number {
  const sizeOf = (shape: Shape) => shape.slice(1).reduce<number>((size, n) => size * (n ?? 1), 1);
  const sizes = layers.flatMap((layer) => [
    ...(layer as unknown as PrivateLayer).inboundNodes.flatMap((node) => [...node.inputShapes, ...node.outputShapes].map(sizeOf)),
    ...('layers' in layer ? [largestActivation(layer as tf.LayersModel)] : []),
  ]);
  return Math.max(1, ...sizes);
}

// --- helpers ---

type Shape = readonly (number | null)[];
type LayerVariable = { read(): tf.Tensor };
interface PrivateLayer {
  readonly name: string;
  readonly inboundNodes: readonly { readonly inputShapes: readonly Shape[]; readonly outputShapes: readonly Shape[] }[];
  computeOutputShape(input: Shape): Shape | Shape[];
  getClassName(): string;
  readonly [field: string]: unknown;
}
interface PrivateContainer extends PrivateLayer {
  readonly layers: readonly PrivateLayer[];
  readonly containerNodes: ReadonlySet<string>;
}

/** One use of a layer: what goes in and out of it, how many times per example. */
interface Call {
  readonly input: Shape;
  readonly output: Shape;
  readonly times: number;
}

const FIELDS: Readonly<Record<string, WeightField['role']>> = {
  kernel: 'kernel',
  depthwiseKernel: 'kernel',
  pointwiseKernel: 'kernel',
  recurrentKernel: 'kernel',
  bias: 'bias',
  gamma: 'norm',
  beta: 'norm',
  embeddings: 'other',
  alpha: 'other',
};

function visitContainer(container: PrivateContainer, prefix: string, times: number): WeightField[] {
  return container.layers.flatMap((layer) => {
    const calls = layer.inboundNodes.flatMap((node, i) =>
      container.containerNodes.has(`${layer.name}_ib-${i}`)
        ? [{ input: node.inputShapes[0] ?? [], output: node.outputShapes[0] ?? [], times }]
        : [],
    );
    // A model at the start of a sequential one becomes part of its graph, without a node of its own.
    return visit(layer, prefix + layer.name, calls.length ? calls : [{ input: [], output: [], times }]);
  });
}

function visit(layer: PrivateLayer, name: string, calls: readonly Call[], owner = name): WeightField[] {
  if (Array.isArray(layer.layers)) {
    return visitContainer(
      layer as PrivateContainer,
      `${name}/`,
      calls.reduce((sum, call) => sum + call.times, 0),
    );
  }
  const inner = (nested: unknown, suffix: string, through: (call: Call) => Call) =>
    nested ? visit(nested as PrivateLayer, name + suffix, calls.map(through), owner) : [];

  if ('forwardLayer' in layer) {
    const half = (call: Call): Call => ({ ...call, output: outputOf(layer.forwardLayer as PrivateLayer, call.input) });
    return [...inner(layer.forwardLayer, '/forward', half), ...inner(layer.backwardLayer, '/backward', half)];
  }
  if (layer.cell) {
    return inner(layer.cell, '', ({ input, times }) => {
      const steps = size(name, input[1]);
      const oneStep = [input[0] ?? null, ...input.slice(2)];
      return { input: oneStep, output: cellOutput(layer, input), times: times * steps };
    });
  }
  if (Array.isArray(layer.cells)) return layer.cells.flatMap((cell, i) => inner(cell, `/cell${i + 1}`, (call) => call));
  if (layer.getClassName() === 'TimeDistributed') {
    return inner(layer.layer, '', ({ input, times }) => {
      const oneStep = [input[0] ?? null, ...input.slice(2)];
      return { input: oneStep, output: outputOf(layer.layer as PrivateLayer, oneStep), times: times * size(name, input[1]) };
    });
  }
  return ownFields(layer, name, calls, owner);
}

function ownFields(layer: PrivateLayer, name: string, calls: readonly Call[], owner: string): WeightField[] {
  return Object.entries(FIELDS).flatMap(([field, role]) => {
    const original = layer[field] as LayerVariable | null | undefined;
    if (!original || typeof original.read !== 'function') return [];
    if (Object.hasOwn(original, 'read')) throw attachedAlready(name);
    const variable = original.read() as tf.Variable;
    const rank = variable.shape.length;
    return {
      layer: name,
      owner,
      field,
      role,
      variable,
      filterAxes: field === 'depthwiseKernel' ? [rank - 2, rank - 1] : [isTransposed(layer) ? rank - 2 : rank - 1],
      uses: role === 'kernel' ? calls.reduce((sum, call) => sum + call.times * positions(layer, name, call), 0) : 0,
      redirect(read) {
        const target = layer as Record<string, unknown>;
        target[field] = { ...original, read };
        return () => {
          target[field] = original;
        };
      },
    } satisfies WeightField;
  });
}

/** Places at which a kernel is applied: of the output, or of the input where a transposed convolution spreads it. */
function positions(layer: PrivateLayer, name: string, { input, output }: Call): number {
  const shape = isTransposed(layer) ? input : output;
  const places = layer.dataFormat === 'channelsFirst' ? shape.slice(2) : shape.slice(1, -1);
  return places.reduce<number>((product, n) => product * size(name, n), 1);
}

/** A convolution whose kernel is [...places, filters, channels] instead of [...places, channels, filters]. */
const isTransposed = (layer: PrivateLayer): boolean => layer.getClassName().endsWith('Transpose');

function outputOf(layer: PrivateLayer, input: Shape): Shape {
  const output = layer.computeOutputShape(input);
  return (Array.isArray(output[0]) ? output[0] : output) as Shape;
}

/** A recurrent layer's output at one time step: the last state, whatever the layer returns. */
function cellOutput(layer: PrivateLayer, input: Shape): Shape {
  const output = outputOf(layer, input);
  return layer.returnSequences ? [output[0] ?? null, ...output.slice(2)] : output;
}

function size(layer: string, n: number | null | undefined): number {
  if (typeof n === 'number') return n;
  throw new EspalierError(
    'E_UNKNOWN_SIZE',
    `Layer "${layer}" takes inputs of an unknown size, so its multiply-adds can't be counted. Build the model with a fixed inputShape.`,
  );
}

const attachedAlready = (layer: string) =>
  new EspalierError(
    'E_ATTACHED',
    `Layer "${layer}" already computes with the effective weights of a pruner. End that with finalize() or detach() first.`,
  );
