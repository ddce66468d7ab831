/**
 * Exactly k of the largest scores, chosen over all arrays together; equal scores go by position, the first array's first.
 *
 * Two counting passes over the bits (65,536 buckets each) find the k-th largest score without sorting, a third marks what stays.
 *
 * @param scores Finite or infinite numbers, no NaN.
 * @param k      Number to keep, 0 ≤ k ≤ total.
 * @returns One 0/1 array per array of scores.
 */
export function topK(scores: readonly Float32Array[], k: number): Float32Array[] {
  const keys = scores.map(sortableKeys);
  const { key, above } = kthLargest(keys, k);
  let ties = k - above;
  return keys.map((own) => {
    const mask = new Float32Array(own.length);
    for (let i = 0; i < own.length; i++) {
      const at = own[i] as number;
      if (at > key || (at === key && ties-- > 0)) mask[i] = 1;
    }
    return mask;
  });
}

/** The k-th largest score over all arrays together, 1 ≤ k ≤ total. */
export function kthLargestScore(scores: readonly Float32Array[], k: number): number {
  const { key } = kthLargest(scores.map(sortableKeys), k);
  return fromSortableKey(key);
}

// --- helpers ---

const scratch = new DataView(new ArrayBuffer(4));

/** Unsigned integers in the order of the floats: the sign bit flipped for positive ones, all bits for negative ones; −0 equals 0. */
function sortableKeys(scores: Float32Array): Uint32Array {
  const bits = new Uint32Array(scores.buffer, scores.byteOffset, scores.length);
  const keys = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const b = bits[i] as number;
    keys[i] = b === 0x80000000 || b < 0x80000000 ? b | 0x80000000 : ~b;
  }
  return keys;
}

function fromSortableKey(key: number): number {
  scratch.setUint32(0, key >= 0x80000000 ? key & 0x7fffffff : ~key);
  return scratch.getFloat32(0);
}

/** The k-th largest key, and how many lie strictly above it. For k = 0 a key above all. */
function kthLargest(keys: readonly Uint32Array[], k: number): { key: number; above: number } {
  if (k <= 0) return { key: 0xffffffff, above: 0 };
  const counts = new Uint32Array(65536);
  for (const own of keys) for (let i = 0; i < own.length; i++) (counts[(own[i] as number) >>> 16] as number)++;
  const high = descend(counts, k);
  counts.fill(0);
  for (const own of keys) {
    for (let i = 0; i < own.length; i++) {
      const key = own[i] as number;
      if (key >>> 16 === high.bucket) (counts[key & 0xffff] as number)++;
    }
  }
  const low = descend(counts, k - high.above);
  return { key: (high.bucket * 65536 + low.bucket) >>> 0, above: high.above + low.above };
}

/** From the highest bucket down to the one that holds the k-th: that bucket, and how many lie in those above. */
function descend(counts: Uint32Array, k: number): { bucket: number; above: number } {
  let above = 0;
  let bucket = counts.length - 1;
  while (bucket > 0 && above + (counts[bucket] as number) < k) above += counts[bucket--] as number;
  return { bucket, above };
}
