import * as tf from '@tensorflow/tfjs';
import type { Binding, OpAttribute, Values } from '../kernels/native.ts';

/** The means to compare two operations on this machine. What it makes is gone when the comparison is over. */
export interface Comparison {
  /** A new tensor of numbers from −1 to 1 without a pattern, the same for each seed. Returns its id, as all do. */
  tensor(shape: readonly number[], seed: number): number;
  /** A list of whole numbers. */
  integers(values: readonly number[]): number;
  run(op: string, attributes: readonly OpAttribute[], inputs: readonly number[], outputs: number): number[];
  /** Whether these are the same bits, tensor by tensor. */
  same(a: readonly number[], b: readonly number[]): boolean;
}

const known = new WeakMap<Binding, Map<string, unknown>>();

/**
 * What `compare` finds, which is asked once for each key. For operations in other code that are taken only where they give the same bits on
 * this machine. Numbers of full precision stand for all: what rounds otherwise differs in a part of thousands of sums.
 *
 * @param key What is compared, with all that it depends on.
 */
export function compareOperations<T>(binding: Binding, key: string, compare: (comparison: Comparison) => T): T {
  const found = known.get(binding) ?? new Map<string, unknown>();
  known.set(binding, found);
  if (!found.has(key)) found.set(key, compareNow(binding, compare));
  return found.get(key) as T;
}

// --- helpers ---

function compareNow<T>(binding: Binding, compare: (comparison: Comparison) => T): T {
  const made: number[] = [];
  const keep = (id: number): number => {
    made.push(id);
    return id;
  };
  try {
    return compare({
      tensor: (shape, seed) => keep(binding.createTensor([...shape], binding.TF_FLOAT, numbers(shape, seed))),
      integers: (values) => keep(binding.createTensor([values.length], binding.TF_INT32, Int32Array.from(values))),
      run: (op, attributes, inputs, outputs) => binding.executeOp(op, [...attributes], [...inputs], outputs).map(({ id }) => keep(id)),
      same: (a, b) => a.every((id, i) => bytes(binding.tensorDataSync(id)).equals(bytes(binding.tensorDataSync(b[i] as number)))),
    });
  } finally {
    for (const id of made) binding.deleteTensor(id);
  }
}

function numbers(shape: readonly number[], seed: number): Float32Array {
  const values = new Float32Array(tf.util.sizeFromShape([...shape]));
  for (let i = 0, state = seed; i < values.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    values[i] = state / 2 ** 31;
  }
  return values;
}

function bytes(values: Values): Buffer {
  const { buffer, byteOffset, byteLength } = values as Float32Array;
  return Buffer.from(buffer, byteOffset, byteLength);
}
