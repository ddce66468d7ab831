import { floatBits, kthLargestBits } from './kth-largest.ts';

/**
 * Exactly k of the largest scores, chosen over all arrays together; equal scores go by position, the first array's first. Nothing is sorted.
 *
 * @param scores Finite or infinite numbers, no NaN; −0 ranks just below 0.
 * @param k      Number to keep, 0 ≤ k ≤ total.
 * @returns One 0/1 array per array of scores.
 */
export function topK(scores: readonly Float32Array[], k: number): Float32Array[] {
  if (k <= 0) return scores.map((own) => new Float32Array(own.length));
  const all = scores.map(floatBits);
  const { key, above } = kthLargestBits(all, k);
  let ties = k - above;
  return all.map((bits) => {
    const mask = new Float32Array(bits.length);
    for (let i = 0; i < bits.length; i++) {
      const b = bits[i] as number;
      const order = b ^ ((b >> 31) & 0x7fffffff);
      if (order > key) mask[i] = 1;
      else if (order === key && ties > 0) {
        mask[i] = 1;
        ties--;
      }
    }
    return mask;
  });
}

/** The k-th largest score over all arrays together, 1 ≤ k ≤ total. */
export function kthLargestScore(scores: readonly Float32Array[], k: number): number {
  const { key } = kthLargestBits(scores.map(floatBits), k);
  return new Float32Array(Int32Array.of(key ^ ((key >> 31) & 0x7fffffff)).buffer)[0] as number;
}
