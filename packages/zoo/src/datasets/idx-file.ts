import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { dataMissing, idxInvalid } from '../errors.ts';

/** What an IDX file of unsigned bytes holds. */
export interface IdxArray {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Uint8Array;
}

/**
 * Reads an IDX file of unsigned bytes, the format of MNIST and its relatives, gzipped or not.
 *
 *   0 0 | 8 (unsigned byte) | rank | rank sizes, 4 bytes each, big-endian | the bytes, last index fastest
 *
 * @param file If it doesn't exist, the same name with .gz is read.
 * @throws {EspalierError} `E_DATA_MISSING` without such a file; `E_IDX` if it is of another kind, or shorter or longer than its header says.
 * @example readIdx('data/train-images-idx3-ubyte').shape // [60000, 28, 28]
 * @see http://yann.lecun.com/exdb/mnist/
 */
export function readIdx(file: string): IdxArray {
  const found = locate(file);
  const raw = readFileSync(found);
  const bytes = isGzip(raw) ? gunzip(found, raw) : raw;
  const { shape, offset } = parseHeader(found, bytes);
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  if (bytes.length - offset !== size) {
    const expected = `${offset + size} bytes for the shape [${shape.join(', ')}] in its header`;
    throw idxInvalid(found, expected, `${bytes.length} bytes`, DOWNLOAD_AGAIN);
  }
  return { shape, data: bytes.subarray(offset) };
}

/** The shape in the header of an IDX file; only the file's beginning is read. Throws as `readIdx` does. */
export function readIdxShape(file: string): readonly number[] {
  const found = locate(file);
  const descriptor = openSync(found, 'r');
  try {
    const buffer = Buffer.alloc(4096);
    const start = buffer.subarray(0, readSync(descriptor, buffer));
    return parseHeader(found, isGzip(start) ? gunzip(found, start, constants.Z_SYNC_FLUSH) : start).shape;
  } finally {
    closeSync(descriptor);
  }
}

// --- helpers ---

const UNSIGNED_BYTE = 0x08;
const DOWNLOAD_AGAIN = 'Download it again: it may be cut off, or be an error page.';

function locate(file: string): string {
  const found = [file, `${file}.gz`].find((candidate) => existsSync(candidate));
  if (found) return found;
  const folder = path.dirname(file);
  throw dataMissing(path.resolve(file), statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : undefined);
}

const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b;

function gunzip(file: string, bytes: Uint8Array, finishFlush = constants.Z_FINISH): Buffer {
  try {
    return gunzipSync(bytes, { finishFlush });
  } catch (cause) {
    throw idxInvalid(file, 'complete gzip data', (cause as Error).message, DOWNLOAD_AGAIN, cause);
  }
}

function parseHeader(file: string, bytes: Buffer): { shape: readonly number[]; offset: number } {
  const [first, second, type, rank = 0] = bytes;
  if (first !== 0 || second !== 0 || rank === 0) {
    const start = bytes.subarray(0, 4).toString('hex') || 'an empty file';
    throw idxInvalid(file, 'a file that begins with the bytes 0000, a type and a rank above 0', start, DOWNLOAD_AGAIN);
  }
  if (type !== UNSIGNED_BYTE)
    throw idxInvalid(file, 'unsigned bytes (type 08)', `type 0${type?.toString(16)}`, 'Convert it to unsigned bytes.');
  const offset = 4 + 4 * rank;
  if (bytes.length < offset) throw idxInvalid(file, `a header of ${offset} bytes`, `${bytes.length} bytes`, DOWNLOAD_AGAIN);
  return { shape: Array.from({ length: rank }, (_, i) => bytes.readUInt32BE(4 + 4 * i)), offset };
}
