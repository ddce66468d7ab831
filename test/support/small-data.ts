import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomStream } from '@espalier/core';
import { encode } from 'fast-png';

/** Files of a few examples in the layouts of the data sets, in a new folder: `idx`, `cifar-10`, `cifar-100`, `images`. Pixels are noise. */
export function writeSmallData(): string {
  const root = mkdtempSync(path.join(tmpdir(), 'espalier-small-data-'));
  const random = randomStream(0, 'small data');
  const noise = (size: number) => Array.from({ length: size }, () => Math.floor(random.uniform() * 256));
  const write = (file: string, bytes: ArrayLike<number>) => {
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(root, file), Uint8Array.from(bytes));
  };
  const labels = (count: number, classes: number) => Array.from({ length: count }, (_, i) => i % classes);

  const idx = (shape: readonly number[], values: readonly number[]) => [
    0,
    0,
    8,
    shape.length,
    ...shape.flatMap((n) => [0, 0, 0, n]),
    ...values,
  ];
  for (const [split, count] of [
    ['train', 30],
    ['t10k', 10],
  ] as const) {
    write(`idx/${split}-images-idx3-ubyte`, idx([count, 5, 4], noise(count * 20)));
    write(`idx/${split}-labels-idx1-ubyte`, idx([count], labels(count, 3)));
  }

  const cifar = (file: string, count: number, head: (label: number) => readonly number[], classes: number) =>
    write(
      file,
      labels(count, classes).flatMap((label) => [...head(label), ...noise(3 * 32 * 32)]),
    );
  for (const n of [1, 2, 3, 4, 5]) cifar(`cifar-10/data_batch_${n}.bin`, 10, (label) => [label], 10);
  cifar('cifar-10/test_batch.bin', 10, (label) => [label], 10);
  cifar('cifar-100/train.bin', 100, (label) => [label % 20, label], 100);
  cifar('cifar-100/test.bin', 100, (label) => [label % 20, label], 100);

  for (const [split, count] of [
    ['train', 10],
    ['test', 3],
  ] as const)
    for (const name of ['cat', 'dog'])
      for (let i = 0; i < count; i++) {
        const image = { width: 6, height: 5, channels: 3, data: Uint8Array.from(noise(90)) };
        write(`images/${split}/${name}/${i}.png`, encode(image));
      }
  return root;
}
