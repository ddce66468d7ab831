import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readIdx, readIdxShape } from './idx-file.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'espalier-idx-'));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (bytes: Uint8Array, name = 'data') => {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return file;
};

/** [2, 3]: 1 2 3 | 4 5 6. */
const small = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6);

describe('readIdx', () => {
  it('reads a file written by hand', () => {
    const { shape, data } = readIdx(write(small));
    expect(shape).toEqual([2, 3]);
    expect([...data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('gives back what was written, gzipped or not, whatever the name', () => {
    const arrays = fc
      .array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 5 })
      .chain((shape) => fc.tuple(fc.constant(shape), fc.uint8Array({ minLength: sizeOf(shape), maxLength: sizeOf(shape) })));
    fc.assert(
      fc.property(arrays, fc.boolean(), ([shape, data], zipped) => {
        const bytes = idxBytes(shape, data);
        const file = write(zipped ? gzipSync(bytes) : bytes);
        expect(readIdxShape(file)).toEqual(shape);
        const found = readIdx(file);
        expect(found.shape).toEqual(shape);
        expect([...found.data]).toEqual([...data]);
      }),
      { seed: 1 },
    );
  });

  it('takes name.gz where there is no name', () => {
    write(gzipSync(small), 'zipped.gz');
    expect(readIdx(path.join(folder, 'zipped')).shape).toEqual([2, 3]);
  });

  it('reads no more than the beginning of a large file for its shape', () => {
    const random = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i * 31) >> 3);
    const zipped = gzipSync(idxBytes([100_000], random));
    expect(readIdxShape(write(zipped.subarray(0, 5000)))).toEqual([100_000]);
  });

  it.each([
    ['is cut off', small.subarray(0, 17)],
    ['is too long', Uint8Array.of(...small, 7)],
    ['ends in its header', small.subarray(0, 10)],
    ['is empty', new Uint8Array()],
    ['is a web page', Buffer.from('<!DOCTYPE html><title>404</title>')],
    ['holds 32-bit floats', Uint8Array.of(0, 0, 0x0d, 1, 0, 0, 0, 1, 0, 0, 0, 0)],
    ['has rank 0', Uint8Array.of(0, 0, 8, 0)],
    ['is cut-off gzip data', gzipSync(small).subarray(0, 20)],
    ['is damaged gzip data', Uint8Array.of(0x1f, 0x8b, ...small)],
  ])('refuses a file that %s, and names it', (_, bytes) => {
    const file = write(bytes);
    expect(() => readIdx(file)).toThrow(expect.objectContaining({ code: 'E_IDX', message: expect.stringContaining(file) }));
  });

  it.each(['absent', 'no-folder/absent', 'data/absent'])('refuses %s, which does not exist', (name) => {
    write(small);
    const file = path.join(folder, name);
    for (const read of [readIdx, readIdxShape]) {
      expect(() => read(file)).toThrow(expect.objectContaining({ code: 'E_DATA_MISSING', message: expect.stringContaining(file) }));
    }
  });
});

// --- helpers ---

const sizeOf = (shape: readonly number[]) => shape.reduce((product, dimension) => product * dimension, 1);

function idxBytes(shape: readonly number[], data: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  shape.forEach((dimension, i) => {
    header.writeUInt32BE(dimension, 4 + 4 * i);
  });
  return Buffer.concat([header, data]);
}
