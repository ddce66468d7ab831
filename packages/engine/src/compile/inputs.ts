import * as tf from '@tensorflow/tfjs';
import { type DataOwner, type NativeBackend, nativeBackend, type TensorMetadata } from '../kernels/native.ts';
import type { Tensors } from './types.ts';

/** What a recorded step reads: a feed by its name, a variable, or a tensor that was made before the step and is in none of the two. */
export type Input =
  | { readonly kind: 'feed'; readonly name: string }
  | { readonly kind: 'variable'; readonly variable: tf.Variable }
  | { readonly kind: 'captured'; readonly dataId: object };

export const sameInput = (a: Input, b: Input): boolean =>
  (a.kind === 'feed' && b.kind === 'feed' && a.name === b.name) ||
  (a.kind === 'variable' && b.kind === 'variable' && a.variable === b.variable) ||
  (a.kind === 'captured' && b.kind === 'captured' && a.dataId === b.dataId);

/** Whether the input can still be read: captured tensors and variables can be disposed of between two steps. */
export function isAlive(input: Input, backend: NativeBackend): boolean {
  if (input.kind === 'variable') return !input.variable.isDisposed;
  return input.kind === 'feed' || backend.tensorMap.has(input.dataId);
}

/** The owner of the input's present data. */
export function resolve(input: Input, feeds: Tensors): DataOwner {
  if (input.kind === 'variable') return input.variable;
  if (input.kind === 'captured') return input;
  const feed = feeds[input.name];
  if (feed === undefined) throw new Error(`the feed "${input.name}" is missing.`);
  return feed;
}

/** A new tensor with the data that `owner` has at present; nothing is copied. */
export function share({ dataId }: DataOwner, shape: number[], dtype: tf.DataType): tf.Tensor {
  nativeBackend().incRef(dataId);
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
}

/**
 * Gives the variable a new native tensor in place of its own, without a trace in TensorFlow.js, whose bookkeeping takes longer than all the
 * rest. False, and nothing is done, if another tensor shares the variable's data or the new one has another shape.
 */
export function replaceData({ dataId, shape }: tf.Variable, metadata: TensorMetadata, backend: NativeBackend): boolean {
  const data = backend.tensorMap.get(dataId);
  if (data.values !== null || data.refCount > 1 || !tf.util.arraysEqual(metadata.shape, shape)) return false;
  backend.binding.deleteTensor(data.id);
  data.id = metadata.id;
  return true;
}

/** All variables that exist, those of `listed` first. A step can read a variable that nobody listed. */
export const allVariables = (listed: readonly tf.Variable[]): readonly tf.Variable[] => [
  ...new Set([...listed, ...Object.values(tf.engine().registeredVariables)]),
];

/**
 * Gives every variable and every feed data of its own, and returns the feeds to use. Two of them can share their data (a variable and the
 * tensor it was made from, one scalar fed under two names); the recorder, which knows tensors by their data, could not tell them apart.
 */
export function separate(variables: readonly tf.Variable[], feeds: Tensors): Tensors {
  const backend = nativeBackend();
  for (const variable of variables) {
    if (backend.refCount(variable.dataId) > 1) variable.assign(sameValue(variable));
  }
  const seen = new Set<object>();
  const own = ([name, feed]: [string, tf.Tensor]) => {
    const isShared = seen.has(feed.dataId) || backend.refCount(feed.dataId) > 1;
    seen.add(feed.dataId);
    return [name, isShared ? sameValue(feed) : feed];
  };
  return Object.fromEntries(Object.entries(feeds).map(own));

  function sameValue(tensor: tf.Tensor): tf.Tensor {
    const type = { name: 'T', type: backend.binding.TF_ATTR_TYPE, value: backend.getDTypeInteger(tensor.dtype) };
    return backend.executeSingleOutput('Identity', [type], [tensor]);
  }
}
