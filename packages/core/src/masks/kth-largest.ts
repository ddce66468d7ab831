/**
 * Selection on the bits of floats. Read as a signed integer b, the bits of positive floats are in order; those of negative ones are
 * reversed, which `b ^ ((b >> 31) & 0x7fffffff)` mends. The expression stands in each loop by itself: a call costs more than all the rest.
 */
export interface Kth {
  /** Order of the k-th largest. */
  readonly key: number;
  /** How many are strictly larger. */
  readonly above: number;
}

/** The bits of scores, without a copy. −0 ranks just below 0. */
export const floatBits = (scores: Float32Array): Int32Array => new Int32Array(scores.buffer, scores.byteOffset, scores.length);

/** The k-th largest over all arrays together, 1 ≤ k ≤ total. */
export function kthLargestBits(all: readonly Int32Array[], k: number): Kth {
  const total = all.reduce((sum, bits) => sum + bits.length, 0);
  return (total >= WORTH_SAMPLING ? kthBySample(all, total, k) : undefined) ?? kthByCounting(all, k);
}

/** Two counting passes of 65,536 buckets: the upper half of the bits, then the lower half of those in the right bucket. */
export function kthByCounting(all: readonly Int32Array[], k: number): Kth {
  const counts = new Uint32Array(65536);
  for (const bits of all) {
    for (let i = 0; i < bits.length; i++) {
      const b = bits[i] as number;
      (counts[((b ^ ((b >> 31) & 0x7fffffff)) >> 16) + 32768] as number)++;
    }
  }
  const high = descend(counts, k);
  const upper = high.bucket - 32768;
  counts.fill(0);
  for (const bits of all) {
    for (let i = 0; i < bits.length; i++) {
      const b = bits[i] as number;
      const order = b ^ ((b >> 31) & 0x7fffffff);
      if (order >> 16 === upper) (counts[order & 0xffff] as number)++;
    }
  }
  const low = descend(counts, k - high.above);
  return { key: (upper << 16) | low.bucket, above: high.above + low.above };
}

/**
 * One pass over the data: every so-manieth value gives a bracket that holds the k-th with near certainty; the pass counts what lies above
 * it and collects what lies inside. Undefined if the bracket missed, or if too much lies inside (many equal values).
 */
export function kthBySample(all: readonly Int32Array[], total: number, k: number): Kth | undefined {
  const { lowest, highest } = bracket(all, total, k);
  const inside = new Int32Array(Math.max(4096, total >> 4));
  let found = 0;
  let above = 0;
  for (const bits of all) {
    for (let i = 0; i < bits.length; i++) {
      const b = bits[i] as number;
      const order = b ^ ((b >> 31) & 0x7fffffff);
      if (order < lowest) continue;
      if (order > highest) above++;
      else if (found === inside.length) return undefined;
      else inside[found++] = order;
    }
  }
  if (k <= above || k > above + found) return undefined;
  const sorted = inside.subarray(0, found).sort();
  const key = sorted[found - (k - above)] as number;
  let end = found - (k - above) + 1;
  while (end < found && sorted[end] === key) end++;
  return { key, above: above + found - end };
}

// --- helpers ---

/** Below this the two counting passes are faster than sorting a sample. */
const WORTH_SAMPLING = 2 ** 21;
const SAMPLE = 2 ** 14;

/** Five standard deviations of the sample's rank on either side. */
function bracket(all: readonly Int32Array[], total: number, k: number): { lowest: number; highest: number } {
  const stride = Math.max(1, Math.floor(total / SAMPLE));
  const sample: number[] = [];
  for (const bits of all) {
    for (let i = 0; i < bits.length; i += stride) {
      const b = bits[i] as number;
      sample.push(b ^ ((b >> 31) & 0x7fffffff));
    }
  }
  const sorted = Int32Array.from(sample).sort();
  const share = k / total;
  const at = sorted.length - Math.round(share * sorted.length);
  const reach = Math.ceil(5 * Math.sqrt(sorted.length * share * (1 - share))) + 2;
  return { lowest: sorted[at - reach] ?? -0x80000000, highest: sorted[at + reach] ?? 0x7fffffff };
}

/** From the highest bucket down to the one that holds the k-th: that bucket, and how many lie in those above. */
function descend(counts: Uint32Array, k: number): { bucket: number; above: number } {
  let above = 0;
  let bucket = counts.length - 1;
  while (bucket > 0 && above + (counts[bucket] as number) < k) above += counts[bucket--] as number;
  return { bucket, above };
}
