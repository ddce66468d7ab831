import { createHash } from 'node:crypto';

/**
 * Sixteen hexadecimal digits of the SHA-256 of where the nonzero weights are: names and sizes of the kernels in their order, and a bit for
 * each weight. Values don't matter.
 */
export function maskDigest(kernels: ReadonlyMap<string, Float32Array>): string {
  const hash = createHash('sha256');
  for (const [name, weights] of kernels) {
    hash.update(JSON.stringify([name, weights.length]));
    hash.update(Uint8Array.from(weights, (weight) => Number(weight !== 0)));
  }
  return hash.digest('hex').slice(0, 16);
}
