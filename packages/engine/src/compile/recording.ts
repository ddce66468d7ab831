import * as tf from '@tensorflow/tfjs';
import { nativeBackend } from '../kernels/native.ts';
import { encodeNode, type Graph, type GraphNode } from './graph.ts';
import { allVariables, type Input, sameInput, separate } from './inputs.ts';
import { type PlacedInput, type Source, startRecorder } from './recorder.ts';
import type { Step, Tensors } from './types.ts';

/** A step as a graph: what it reads, what it returns, and which variables get which new values. */
export interface Recording {
  readonly graph: Graph;
  readonly inputs: readonly PlacedInput[];
  readonly outputs: readonly Output[];
  readonly assignments: readonly Assignment[];
}

export interface Output {
  readonly name: string;
  readonly shape: number[];
  readonly dtype: tf.DataType;
  readonly source: Source;
}

export interface Assignment {
  readonly variable: tf.Variable;
  readonly source: Source;
}

/** The results of a step that ran eagerly, with its recording, or the reason why there is none. */
export interface Recorded {
  readonly results: Tensors;
  readonly recording: Recording | string;
}

let recording = false;

/** Whether a step is being recorded now: a step that runs inside it becomes a part of it. */
export const isRecording = (): boolean => recording;

/** Runs the step eagerly, which is a real step, and records it. */
export function record(step: Step, feeds: Tensors, structure: string, listed: readonly tf.Variable[]): Recorded {
  let outcome: Recording | string = '';
  const results = tf.tidy(() => {
    const variables = allVariables(listed);
    const ownFeeds = separate(variables, feeds);
    const before = variables.map(({ dataId }) => dataId);
    const recorder = startRecorder(nativeBackend(), knownInputs(variables, ownFeeds));
    recording = true;
    try {
      const tensors = runEagerly(step, ownFeeds, structure);
      const outputs = Object.entries(tensors).map(([name, tensor]) => {
        return { name, shape: tensor.shape, dtype: tensor.dtype, source: recorder.source(tensor) };
      });
      const assigned = variables.filter((variable, i) => !variable.isDisposed && variable.dataId !== before[i]);
      const assignments = assigned.map((variable) => ({ variable, source: recorder.source(variable) }));
      const { graph, inputs, obstacle } = recorder;
      outcome = obstacle ?? { graph, inputs, outputs, assignments };
      return tensors;
    } finally {
      recording = false;
      recorder.stop();
    }
  });
  return { results, recording: outcome };
}

/** Runs the step as it is. A feed or variable that it returns is returned as a tensor of its own, which the caller can dispose of. */
export function runEagerly(step: Step, feeds: Tensors, structure: string): Tensors {
  return tf.tidy(() => {
    const foreign = new Set(Object.values(feeds));
    const own = (tensor: tf.Tensor) => (foreign.has(tensor) || tensor instanceof tf.Variable ? tensor.clone() : tensor);
    return Object.fromEntries(Object.entries(step(feeds, structure)).map(([name, tensor]) => [name, own(tensor)]));
  });
}

/** What two recordings of a step differ in, in words, or undefined if they are the same graph on the same inputs. */
export function difference(a: Recording, b: Recording): string | undefined {
  const at = b.graph.nodes.findIndex((node, i) => !sameNode(a.graph.nodes[i], node));
  const node = b.graph.nodes[at];
  if (node?.op === 'Const' && a.graph.nodes[at]?.op === 'Const') {
    const reader = readerOf(b.graph.nodes, node.name);
    return `a number or tensor made in JavaScript changes from step to step${reader ? ` (it goes into the op ${reader})` : ''}; feed it`;
  }
  if (node !== undefined || a.graph.nodes.length !== b.graph.nodes.length) return 'its operations change from step to step';
  const sameInputs = a.inputs.every(({ input }, i) => sameInput(input, (b.inputs[i] as PlacedInput).input));
  if (!sameInputs) return 'a tensor that it captures is a new one in each step; feed it';
  const sameOutputs = same(a.outputs, b.outputs, (x, y) => x.name === y.name && sameSource(x.source, y.source));
  const sameAssignments = same(a.assignments, b.assignments, (x, y) => x.variable === y.variable && sameSource(x.source, y.source));
  return sameOutputs && sameAssignments ? undefined : 'what it returns or assigns changes from step to step';
}

// --- helpers ---

/** The op that reads a node, past the placeholder that hides a constant. */
function readerOf(nodes: readonly GraphNode[], name: string): string | undefined {
  const reader = nodes.find(({ inputs }) => inputs.includes(name));
  return reader?.op === 'PlaceholderWithDefault' ? readerOf(nodes, reader.name) : reader?.op;
}

const sameNode = (a: GraphNode | undefined, b: GraphNode): boolean => a !== undefined && encodeNode(a).equals(encodeNode(b));

function knownInputs(variables: readonly tf.Variable[], feeds: Tensors): Map<object, Input> {
  const known = new Map<object, Input>(variables.map((variable) => [variable.dataId, { kind: 'variable', variable }]));
  for (const [name, { dataId }] of Object.entries(feeds)) known.set(dataId, { kind: 'feed', name });
  return known;
}

const same = <T>(a: readonly T[], b: readonly T[], equal: (x: T, y: T) => boolean): boolean =>
  a.length === b.length && a.every((x, i) => equal(x, b[i] as T));

const sameSource = (a: Source, b: Source): boolean => (typeof a === 'string' || typeof b === 'string' ? a === b : sameInput(a, b));
