import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomStream, tf } from '@espalier/core';
import { afterAll, describe, expect, it } from 'vitest';
import { cifar10, cifar100 } from './cifar.ts';

const root = mkdtempSync(path.join(tmpdir(), 'espalier-cifar-'));
afterAll(() => rmSync(root, { recursive: true }));

/** A record: labels, then 1024 bytes of each colour, all alike but for the second pixel of the first row. */
const record = (labels: readonly number[], [r, g, b]: readonly [number, number, number]) => {
  const plane = (value: number, i: number) => Array.from({ length: 1024 }, (_, pixel) => (pixel === 1 ? i + 1 : value));
  return [...labels, ...plane(r, 0), ...plane(g, 1), ...plane(b, 2)];
};

function makeCifar10(changes: Readonly<Record<string, readonly number[]>> = {}): string {
  const folder = mkdtempSync(path.join(root, 'c10-'));
  const files = {
    ...Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`data_batch_${n}.bin`, record([n], [n, 100 + n, 200 + n])])),
    'test_batch.bin': [...record([9], [0, 0, 0]), ...record([0], [255, 255, 255])],
    ...changes,
  };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(folder, name), Uint8Array.from(bytes));
  return folder;
}
const scaled = (byte: number, mean: number, std: number) => Math.fround((byte / 255 - mean) / std);

describe('cifar10', () => {
  it('reads colours that lie one after the other as pixels of three, and scales each by its own numbers', async () => {
    const { train, validation, test } = await cifar10({ folder: makeCifar10(), validation: 2 }).load();
    expect([...train.labels, ...validation.labels]).toEqual([1, 2, 3, 4, 5]);
    expect([...test.labels]).toEqual([9, 0]);
    expect(train.inputs.length).toBe(3 * 3072);
    const expected = (r: number, g: number, b: number) => [scaled(r, 0.4914, 0.247), scaled(g, 0.4822, 0.2435), scaled(b, 0.4465, 0.2616)];
    expect([...train.inputs.subarray(0, 6)]).toEqual([...expected(1, 101, 201), ...expected(1, 2, 3)]);
    expect([...train.inputs.subarray(3072, 3075)]).toEqual(expected(2, 102, 202));
    expect([...validation.inputs.subarray(-3)]).toEqual(expected(5, 105, 205));
    expect([...test.inputs.subarray(3072, 3075)]).toEqual(expected(255, 255, 255));
  });

  it('knows its shape without files, and takes only the first examples where it is told to', async () => {
    expect(cifar10()).toMatchObject({ inputShape: [32, 32, 3], classes: 10, spec: { use: 'cifar10' } });
    const { train, test } = await cifar10({ folder: makeCifar10(), validation: 1, trainExamples: 2, testExamples: 1 }).load();
    expect([[...train.labels], [...test.labels]]).toEqual([[1, 2], [9]]);
  });

  it.each([
    ['E_CIFAR', 'a file that is cut off', {}, { 'data_batch_3.bin': record([3], [0, 0, 0]).slice(1) }],
    ['E_CIFAR', 'an empty file', {}, { 'test_batch.bin': [] }],
    ['E_CIFAR', 'a class that there is not', {}, { 'data_batch_2.bin': record([10], [0, 0, 0]) }],
    ['E_SPLIT', 'more for validation than there are', { validation: 5 }, {}],
    ['E_SPLIT', 'more training examples than there are', { validation: 1, trainExamples: 5 }, {}],
    ['E_SPLIT', 'more test examples than there are', { validation: 1, testExamples: 3 }, {}],
  ])('refuses with %s: %s', async (code, _, options, files) => {
    await expect(cifar10({ folder: makeCifar10(files), ...options }).load()).rejects.toMatchObject({ code });
  });

  it('says where the files are to be had, and how to unpack them', async () => {
    const folder = path.join(root, 'nowhere');
    const message = expect.stringMatching(/data_batch_1\.bin.*cifar-10-binary\.tar\.gz.*tar -xzf.*cifar-10-batches-bin/s);
    await expect(cifar10({ folder }).load()).rejects.toMatchObject({ code: 'E_DATA_MISSING', message });
  });

  it('augments only if it is told to, with black for what is outside', () => {
    expect(cifar10().augment).toBeUndefined();
    const data = cifar10({ augment: true });
    expect(data.spec).toEqual({ use: 'cifar10', augment: true });
    tf.tidy(() => {
      const shown = data.augment?.(tf.ones([64, 32, 32, 3]), randomStream(0, 'augment')) as tf.Tensor;
      expect(shown.shape).toEqual([64, 32, 32, 3]);
      const black = [scaled(0, 0.4914, 0.247), scaled(0, 0.4822, 0.2435), scaled(0, 0.4465, 0.2616)];
      expect([...new Set(shown.dataSync())].sort()).toEqual([...black, 1].sort());
    });
  });
});

describe('cifar100', () => {
  it('takes the fine label, the second byte', async () => {
    const folder = mkdtempSync(path.join(root, 'c100-'));
    const files = {
      'train.bin': [...record([1, 11], [1, 2, 3]), ...record([19, 99], [4, 5, 6])],
      'test.bin': record([2, 22], [7, 8, 9]),
    };
    for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(folder, name), Uint8Array.from(bytes));
    const data = cifar100({ folder, validation: 1 });
    const { train, validation, test } = await data.load();
    expect(data.classes).toBe(100);
    expect([train, validation, test].map(({ labels }) => [...labels])).toEqual([[11], [99], [22]]);
    expect(test.inputs[0]).toBe(scaled(7, 0.5071, 0.2673));
    await expect(cifar100({ folder: root }).load()).rejects.toMatchObject({
      code: 'E_DATA_MISSING',
      message: expect.stringContaining('cifar-100-binary'),
    });
  });
});
