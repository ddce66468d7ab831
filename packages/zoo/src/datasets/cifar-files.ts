import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { cifarInvalid, cifarMissing } from '../errors.ts';
import type { RawImages } from './images.ts';

/** What the binary files of a CIFAR data set are like. */
export interface CifarFormat {
  readonly train: readonly string[];
  readonly test: readonly string[];
  /** Bytes of labels before each image; the last one is the class. */
  readonly labels: number;
  readonly classes: number;
  /** Where it comes from, and the folder that is in it. */
  readonly archive: string;
  readonly unpacked: string;
}

const SIDE = 32;
const PIXELS = SIDE * SIDE;

/**
 * Images [n, 32, 32, 3] and labels of CIFAR's binary files.
 *
 *   each image: its labels, one byte each | 1024 red bytes | 1024 green | 1024 blue, row by row
 *
 * @throws {EspalierError} `E_DATA_MISSING` without such a file, `E_CIFAR` if one is cut off or something else.
 * @see https://www.cs.toronto.edu/~kriz/cifar.html
 */
export function readCifar(folder: string, names: readonly string[], format: CifarFormat): RawImages {
  const files = names.map((name) => path.join(folder, name));
  const missing = files.find((file) => !existsSync(file));
  if (missing) throw cifarMissing(path.resolve(missing), entriesOf(folder), format.archive, format.unpacked);
  const record = format.labels + 3 * PIXELS;
  const parts = files.map((file) => {
    const bytes = readFileSync(file);
    if (bytes.length === 0 || bytes.length % record !== 0) throw cifarInvalid(file, `${bytes.length} bytes, not a multiple of ${record}`);
    return { file, bytes, count: bytes.length / record };
  });
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const images = new Uint8Array(count * 3 * PIXELS);
  const labels = new Uint8Array(count);
  let at = 0;
  for (const { file, bytes, count: own } of parts) {
    for (let i = 0; i < own; i++, at++) {
      const start = i * record + format.labels;
      const label = bytes[start - 1] as number;
      if (label >= format.classes) throw cifarInvalid(file, `label ${label} in image ${i + 1}, but there are ${format.classes} classes`);
      labels[at] = label;
      for (let pixel = 0; pixel < PIXELS; pixel++) {
        for (let channel = 0; channel < 3; channel++) {
          images[(at * PIXELS + pixel) * 3 + channel] = bytes[start + channel * PIXELS + pixel] as number;
        }
      }
    }
  }
  return { images, labels };
}

// --- helpers ---

const entriesOf = (folder: string): readonly string[] | undefined =>
  statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : undefined;
