import { runNativeKernel } from '../native-kernel.ts';
import { readFloats } from '../read-floats.ts';
import { tf } from '../tf.ts';
import { kthLargestScore, topK } from './top-k.ts';

/**
 * Masks of exactly k of the largest scores, chosen over all tensors together; equal scores go by position, the first tensor's first.
 *
 * What `topK` does for arrays. The scores are not read into JavaScript where the engine has a kernel for this. To be called between steps:
 * k is a number, which would be frozen into a compiled one.
 *
 * @param scores Finite or infinite floats, no NaN; −0 ranks just below 0.
 * @param k      Number to keep, 0 ≤ k ≤ total.
 * @returns One 0/1 tensor per tensor of scores, in its shape.
 */
export function topKMasks(scores: readonly tf.Tensor[], k: number): tf.Tensor[] {
  if (scores.length === 0) return [];
  return tf.tidy(() => runNativeKernel('EspalierTopK', withCount(scores, k)) ?? composedMasks(scores, k));
}

/** The k-th largest score over all tensors together, 1 ≤ k ≤ total: what `kthLargestScore` does for arrays. */
export function kthLargest(scores: readonly tf.Tensor[], k: number): number {
  return tf.tidy(() => {
    const [kth] = runNativeKernel('EspalierKthLargest', withCount(scores, k)) ?? [];
    return kth ? (kth.dataSync()[0] as number) : kthLargestScore(readAll(scores), k);
  });
}

// --- helpers ---

const withCount = (scores: readonly tf.Tensor[], k: number): tf.Tensor[] => [...scores, tf.scalar(k, 'int32')];

const readAll = (scores: readonly tf.Tensor[]): Float32Array[] => scores.map((own) => readFloats(() => own.clone()));

const composedMasks = (scores: readonly tf.Tensor[], k: number): tf.Tensor[] =>
  topK(readAll(scores), k).map((mask, i) => tf.tensor(mask, (scores[i] as tf.Tensor).shape));
