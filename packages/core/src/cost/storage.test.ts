import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { someNumbers } from '../test-helpers.ts';
import { gzipSize, storageSizes } from './storage.ts';

describe('storageSizes', () => {
  it('is what a hand count of 100 weights in 5 filters gives', () => {
    expect(storageSizes(100, 25, 5)).toEqual({
      dense: 400,
      bitmask: 100 + 13,
      csr: 100 + 100 + 24,
      entropy: expect.closeTo(100 + (100 * 0.8112781244591328) / 8, 10), // H(1/4) = 2 − 3/4·log₂ 3
    });
  });

  it('has no positions to tell where no weight or every weight is left', () => {
    expect(storageSizes(8, 0, 2)).toEqual({ dense: 32, bitmask: 1, csr: 12, entropy: 0 });
    expect(storageSizes(8, 8, 2)).toEqual({ dense: 32, bitmask: 33, csr: 76, entropy: 32 });
  });

  it('is at its bound below every other format that keeps the places', () => {
    const counts = fc.integer({ min: 1, max: 1e6 }).chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 0, max: size })));
    fc.assert(
      fc.property(counts, ([size, nonzero]) => {
        const { dense, bitmask, entropy } = storageSizes(size, nonzero, 1);
        return entropy <= bitmask + 1e-6 && entropy <= dense + Math.ceil(size / 8);
      }),
    );
  });
});

describe('gzipSize', () => {
  it('is the length of what gunzip restores, of a part of a buffer too', () => {
    const all = Float32Array.from(someNumbers(300));
    const part = all.subarray(100, 200);
    const bytes = new Uint8Array(part.slice().buffer);
    expect(gzipSize(part)).toBe(gzipSync(bytes).byteLength);
    expect(gunzipSync(gzipSync(bytes))).toEqual(Buffer.from(bytes));
  });

  it('makes zeros small', () => {
    const values = Float32Array.from(someNumbers(4000));
    expect(gzipSize(values.map((value, i) => (i % 10 ? 0 : value)))).toBeLessThan(gzipSize(values) / 3);
  });
});
