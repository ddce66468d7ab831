import { readFloats } from '../read-floats.ts';
import { type Allowance, evenCount } from '../targets/allowance.ts';
import { tf } from '../tf.ts';
import { floatBits } from './kth-largest.ts';
import { kthLargest, topKMasks } from './select.ts';

/**
 * Masks of the largest scores that an allowance has room for, chosen over all tensors together: the longest beginning of the ranking that
 * fits, then, further down, whatever is cheap enough for the rest. Equal scores go by position, the first tensor's first. What is left of
 * the budget is less than the price of any weight that is pruned.
 *
 * Where all weights cost the same it is `topKMasks`. To be called between steps.
 *
 * @param scores Finite or infinite floats, no NaN; in the order of the allowance's prices.
 * @returns One 0/1 tensor per tensor of scores, in its shape.
 */
export function selectWithin(scores: readonly tf.Tensor[], allowance: Allowance): tf.Tensor[] {
  const keep = evenCount(allowance, totalSize(scores));
  if (keep !== undefined) return topKMasks(scores, keep);
  const { masks } = masksWithin(readAll(scores), allowance);
  return masks.map((mask, i) => tf.tensor(mask, (scores[i] as tf.Tensor).shape));
}

/**
 * The score at which the beginning of the ranking ends that fits: the largest without room. Undefined where all weights have room. A
 * threshold at this score leaves that beginning, equal scores aside.
 */
export function firstOut(scores: readonly tf.Tensor[], allowance: Allowance): number | undefined {
  const size = totalSize(scores);
  const keep = evenCount(allowance, size);
  if (keep !== undefined) return keep < size ? kthLargest(scores, keep + 1) : undefined;
  const all = readAll(scores).map(floatBits);
  return beginning(all, allowance, allowance.budget)?.score;
}

/** `selectWithin` for arrays, and `firstOut` with it. */
export function masksWithin(
  scores: readonly Float32Array[],
  allowance: Allowance,
): { readonly masks: Float32Array[]; readonly firstOut: number | undefined } {
  const all = scores.map(floatBits);
  const masks = scores.map((own) => new Float32Array(own.length));
  let room = allowance.budget;
  let out: number | undefined;
  for (let round = 0; ; round++) {
    const affordable = allowance.prices.map((price, i) => price <= room && (masks[i] as Float32Array).includes(0));
    if (round > 0 && !affordable.includes(true)) return { masks, firstOut: out };
    const end = beginning(all, allowance, room, round > 0 ? { affordable, masks } : undefined);
    if (round === 0) out = end?.score;
    for (const [i, bits] of all.entries()) {
      if (round > 0 && !affordable[i]) continue;
      const mask = masks[i] as Float32Array;
      const price = allowance.prices[i] as number;
      for (let j = 0; j < bits.length; j++) {
        if (mask[j] === 0 && (end === undefined || orderOf(bits[j] as number) > end.order)) {
          mask[j] = 1;
          room -= price;
        }
      }
    }
    if (end) room = takeTies(all, allowance, { room, masks, order: end.order, affordable: round > 0 ? affordable : undefined });
  }
}

// --- helpers ---

const totalSize = (scores: readonly tf.Tensor[]): number => scores.reduce((sum, { size }) => sum + size, 0);

const readAll = (scores: readonly tf.Tensor[]): Float32Array[] => scores.map((own) => readFloats(() => own.clone()));

/** The bits of a float as an integer in the order of the floats. */
const orderOf = (bits: number): number => bits ^ ((bits >> 31) & 0x7fffffff);

interface Remaining {
  /** By tensor: whether its weights still cost little enough. */
  readonly affordable: readonly boolean[];
  /** 1 for weights that are chosen already. */
  readonly masks: readonly Float32Array[];
}

/**
 * Where the longest beginning of a ranking ends that costs no more than `room`: the first value whose weights don't all fit. Two passes that
 * add prices up in 65,536 buckets: by the upper half of the bits, then by the lower half in the right bucket. Undefined if everything fits.
 */
function beginning(
  all: readonly Int32Array[],
  { prices }: Allowance,
  room: number,
  remaining?: Remaining,
): { readonly order: number; readonly score: number } | undefined {
  const costs = new Float64Array(65536);
  const add = (bucketOf: (order: number) => number) => {
    for (const [i, bits] of all.entries()) {
      if (remaining && !remaining.affordable[i]) continue;
      const mask = remaining?.masks[i];
      const price = prices[i] as number;
      for (let j = 0; j < bits.length; j++) {
        if (mask?.[j] === 1) continue;
        const bucket = bucketOf(orderOf(bits[j] as number));
        if (bucket >= 0) (costs[bucket] as number) += price;
      }
    }
  };
  add((order) => (order >> 16) + 32768);
  const high = descend(costs, room);
  if (high.bucket < 0) return undefined;
  const upper = high.bucket - 32768;
  costs.fill(0);
  add((order) => (order >> 16 === upper ? order & 0xffff : -1));
  const low = descend(costs, high.room);
  const order = (upper << 16) | low.bucket;
  return { order, score: new Float32Array(Int32Array.of(orderOf(order)).buffer)[0] as number };
}

/** From the highest bucket down to the first that costs more than what is left; −1 if none does. */
function descend(costs: Float64Array, room: number): { readonly bucket: number; readonly room: number } {
  let bucket = costs.length - 1;
  let left = room;
  while (bucket >= 0 && (costs[bucket] as number) <= left) left -= costs[bucket--] as number;
  return { bucket, room: left };
}

/** Chooses of the weights with one score, by position, until one doesn't fit. Returns what is left. */
function takeTies(
  all: readonly Int32Array[],
  { prices }: Allowance,
  {
    room,
    masks,
    order,
    affordable,
  }: { room: number; masks: readonly Float32Array[]; order: number; affordable: readonly boolean[] | undefined },
): number {
  let left = room;
  for (const [i, bits] of all.entries()) {
    if (affordable && !affordable[i]) continue;
    const mask = masks[i] as Float32Array;
    const price = prices[i] as number;
    for (let j = 0; j < bits.length; j++) {
      if (mask[j] === 1 || orderOf(bits[j] as number) !== order) continue;
      if (price > left) return left;
      mask[j] = 1;
      left -= price;
    }
  }
  return left;
}
