import { gzipSync } from 'node:zlib';

/** Bytes of one kernel of 32-bit weights, by format. */
export interface StorageSizes {
  /** Every weight, zeros too: 4·N. */
  readonly dense: number;
  /** The weights left and one bit per place: 4·n + ⌈N/8⌉. */
  readonly bitmask: number;
  /** The weights left, a 32-bit column for each, and where each row (filter) begins: 4·n + 4·n + 4·(filters + 1). */
  readonly csr: number;
  /**
   * What no code for n weights at places without a pattern stays below: 4·n + N·H(n/N)/8 with H(p) = −p·log₂ p − (1 − p)·log₂(1 − p). Not a
   * whole number.
   */
  readonly entropy: number;
}

/** What a kernel of `size` weights, `nonzero` of them not zero, takes in each format. */
export function storageSizes(size: number, nonzero: number, filters: number): StorageSizes {
  const values = 4 * nonzero;
  return {
    dense: 4 * size,
    bitmask: values + Math.ceil(size / 8),
    csr: 2 * values + 4 * (filters + 1),
    entropy: values + (size * entropyOf(nonzero / size)) / 8,
  };
}

/** Bytes of the values themselves, zeros included, after gzip: what a file or a download of them takes. Here, zeros are worth something. */
export const gzipSize = (values: Float32Array): number =>
  gzipSync(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)).byteLength;

// --- helpers ---

/** Bits per place; 0 where all places are alike. */
const entropyOf = (p: number): number => (p <= 0 || p >= 1 ? 0 : -p * Math.log2(p) - (1 - p) * Math.log2(1 - p));
