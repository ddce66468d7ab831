import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** A sequence of random numbers that depends on nothing but the key it was made with. */
export interface RandomStream {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** A uniform integer in [0, bound). */
  int(bound: number): number;
  /** A seed for an operation that draws its own numbers; never 0, which TensorFlow.js takes for "no seed". */
  seed(): number;
  /** Puts the elements in a random order, in place (Fisher–Yates), and returns the array. */
  shuffle<T extends { [index: number]: unknown; length: number }>(array: T): T;
}

/**
 * The stream of a seed for a purpose: `randomStream(0, 'shuffle', 3)`. Streams with different keys are independent. Nothing in Espalier
 * draws random numbers from anywhere else, and since a stream is keyed by its place in the training (an epoch, a step), a run that goes on
 * after an interruption needs no generator state.
 */
export function randomStream(seed: number, ...purpose: readonly (string | number)[]): RandomStream {
  const key = createHash('sha256')
    .update(JSON.stringify([seed, ...purpose]))
    .digest();
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((at) => key.readInt32LE(at)));
  const int = (bound: number) => uniformInt(generator, 0, bound - 1);
  return {
    uniform: () => uniformFloat64(generator),
    int,
    seed: () => 1 + int(0x7ffffffe),
    shuffle(array) {
      for (let i = array.length - 1; i > 0; i--) {
        const j = int(i + 1);
        [array[i], array[j]] = [array[j], array[i]];
      }
      return array;
    },
  };
}
