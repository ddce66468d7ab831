import * as tf from '@tensorflow/tfjs';
import type { Binding } from '../kernels/native.ts';
import type { Call } from './call.ts';
import type { Graph } from './graph.ts';

/**
 * Adds a product, element by element, of two tensors of middling size as our own `EspalierMultiply` and returns its name; undefined for
 * anything else. Masks are such factors. TensorFlow wakes its threads for it, which takes longer than the whole on one thread; ours share it
 * where they are awake.
 */
export function addSharedMultiply(graph: Graph, binding: Binding, { op, from, shapes, result }: Call): string | undefined {
  const [a, b] = shapes;
  if (op !== 'Mul' || result.dtype !== binding.TF_FLOAT || a === undefined || a.join() !== b?.join()) return undefined;
  const size = tf.util.sizeFromShape([...a]);
  if (size < LEAST_NUMBERS || size > MOST_NUMBERS || tf.getKernel('EspalierMultiply', 'tensorflow') === undefined) return undefined;
  return graph.operation('EspalierMultiply', from, [], binding.TF_FLOAT);
}

// --- helpers ---

/** Below, TensorFlow doesn't wake its threads. */
const LEAST_NUMBERS = 2 ** 15;
/** Above, waking them pays. */
const MOST_NUMBERS = 2 ** 19;
