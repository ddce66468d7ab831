import { type RandomStream, randomStream } from '../random.ts';

/**
 * Runs something with `Math.random` drawing from a stream of the run's seed. Layers that draw numbers (dropout, noise) have no other source
 * in TensorFlow.js; so they too give the same numbers for the same seed and step, whatever happened before.
 */
export function withSeededRandom<T>(seed: number, step: number, action: () => T): T {
  const { random } = Math;
  let stream: RandomStream | undefined;
  Math.random = () => {
    stream ??= randomStream(seed, 'layers', step);
    return stream.uniform();
  };
  try {
    return action();
  } finally {
    Math.random = random;
  }
}
