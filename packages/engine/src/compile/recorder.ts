import type { Binding, DataOwner, NativeBackend, TensorMetadata } from '../kernels/native.ts';
import type { Call } from './call.ts';
import { addFaster } from './faster.ts';
import { createGraph, type Graph } from './graph.ts';
import type { Input } from './inputs.ts';

/** Ops with a state of their own: replayed, they would not do what they did. `Stateless...` ops take their seed as an input. */
const STATEFUL = /^(Random|Multinomial|TruncatedNormal|ParameterizedTruncatedNormal|Stateful)/;

/** Watches one step: every op that runs becomes a node, every tensor that comes from outside an input. */
export interface Recorder {
  readonly graph: Graph;
  /** What the step has read so far, in the order of the graph's placeholders. */
  readonly inputs: readonly PlacedInput[];
  /** Why the step can't be replayed, if so. The step itself runs to its end all the same. */
  readonly obstacle: string | undefined;
  /** What the tensor is: an output of a node (`n7:0`), or an input. */
  source(tensor: DataOwner): Source;
  stop(): void;
}

export type Source = string | Input;

/** An input and the output of its placeholder. */
export interface PlacedInput {
  readonly input: Input;
  readonly placeholder: string;
}

/**
 * Starts to record what the backend does. `known` tells the feeds and variables by their data; whatever else comes from outside is a
 * captured input. Values made in JavaScript inside the step are constants, and so is what is computed from constants alone.
 */
export function startRecorder(backend: NativeBackend, known: ReadonlyMap<object, Input>): Recorder {
  const native = backend.binding;
  const { getInputTensorIds, readSync, write } = backend;
  const { random } = Math;
  const graph = createGraph(native);
  const inputs: PlacedInput[] = [];
  const sources = new Map<number, string>();
  const shapes = new Map<string, readonly number[]>();
  const calls = new Map<string, Call>();
  const inputIds = new Map<number, Input>();
  const written = new WeakSet<object>();
  const constants = new Set<number>();
  let obstacle: string | undefined;

  const refuse = (reason: string): void => {
    obstacle ??= reason;
  };

  const watched = Object.create(native, {
    createTensor: { value: create },
    executeOp: { value: execute },
    runSavedModel: { value: runSavedModel },
  }) as Binding;

  function create(...args: Parameters<Binding['createTensor']>): number {
    const id = native.createTensor(...args);
    const [shape, dtype, values] = args;
    place(id, `${graph.constant(dtype, shape, values)}:0`, shape);
    constants.add(id);
    return id;
  }

  function execute(...args: Parameters<Binding['executeOp']>): TensorMetadata[] {
    const results = native.executeOp(...args);
    if (obstacle === undefined) note(args, results);
    return results;
  }

  function note([op, attributes, ids]: Parameters<Binding['executeOp']>, results: readonly TensorMetadata[]): void {
    const from = ids.map((id) => sources.get(id)).filter((source) => source !== undefined);
    const hasEffects = results.length === 0 || results.some(({ dtype }) => dtype === native.TF_RESOURCE);
    if (from.length < ids.length) refuse(`an input of the op ${op} did not come through the backend`);
    if (STATEFUL.test(op)) refuse(`the op ${op} draws random numbers`);
    if (hasEffects) refuse(`the op ${op} has side effects`);
    const [result] = results;
    const shapesOf = () => from.map((source) => shapes.get(source) as readonly number[]);
    const call = result && { op, attributes, from, shapes: shapesOf(), origins: from.map((source) => calls.get(source)), result };
    const name = (call && addFaster(graph, native, call)) ?? graph.operation(op, from, attributes, result?.dtype ?? 0);
    if (call) calls.set(`${name}:0`, call);
    const isConstant = ids.every((id) => constants.has(id));
    for (const [k, { id, shape }] of results.entries()) {
      place(id, `${name}:${k}`, shape);
      if (isConstant) constants.add(id);
    }
  }

  function place(id: number, source: string, shape: readonly number[]): void {
    sources.set(id, source);
    shapes.set(source, shape);
  }

  function runSavedModel(...args: Parameters<Binding['runSavedModel']>): TensorMetadata[] {
    refuse('a saved model runs inside the step');
    return native.runSavedModel(...args);
  }

  /** Makes a tensor from outside an input, once. A value that still waits in JavaScript is uploaded first, past the recorder. */
  function admit({ dataId }: DataOwner): void {
    if (dataId === undefined || written.has(dataId)) return;
    const data = backend.tensorMap.get(dataId);
    if (data.values === null && sources.has(data.id)) return;
    backend.binding = native;
    const id = getInputTensorIds.call(backend, [{ dataId }])[0] as number;
    backend.binding = watched;
    const input = known.get(dataId) ?? { kind: 'captured', dataId };
    const placeholder = `${graph.placeholder(data.dtype, data.shape)}:0`;
    inputs.push({ input, placeholder });
    place(id, placeholder, data.shape);
    inputIds.set(id, input);
  }

  function admitAll(tensors: readonly DataOwner[]): number[] {
    tensors.forEach(admit);
    return getInputTensorIds.call(backend, tensors);
  }

  backend.binding = watched;
  backend.getInputTensorIds = admitAll;
  backend.write = (...args) => {
    const dataId = write.apply(backend, args);
    written.add(dataId);
    return dataId;
  };
  backend.readSync = (dataId) => {
    const { id, values } = backend.tensorMap.get(dataId);
    const isConstant = values === null ? constants.has(id) : written.has(dataId);
    if (!isConstant) refuse('a value is read inside the step');
    return readSync.call(backend, dataId);
  };
  Math.random = () => {
    refuse('random numbers are drawn in JavaScript');
    return random();
  };

  return {
    graph,
    inputs,
    get obstacle() {
      return obstacle;
    },
    source(tensor) {
      const id = admitAll([tensor])[0] as number;
      return inputIds.get(id) ?? (sources.get(id) as string);
    },
    stop() {
      Object.assign(backend, { binding: native, getInputTensorIds, readSync, write });
      Math.random = random;
    },
  };
}
