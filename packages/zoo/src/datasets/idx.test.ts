import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { idx } from './idx.ts';

const root = mkdtempSync(path.join(tmpdir(), 'espalier-data-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Five training images of 1x2 pixels and two test images, unless told otherwise. */
function makeData(changes: Readonly<Record<string, Uint8Array>> = {}): string {
  const folder = mkdtempSync(path.join(root, 'case-'));
  const files = {
    'train-images-idx3-ubyte': idxBytes([5, 1, 2], [0, 255, 0, 255, 51, 51, 102, 102, 204, 204]),
    'train-labels-idx1-ubyte': idxBytes([5], [0, 1, 2, 1, 0]),
    't10k-images-idx3-ubyte': idxBytes([2, 1, 2], [255, 0, 51, 102]),
    't10k-labels-idx1-ubyte': idxBytes([2], [1, 3]),
    ...changes,
  };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(folder, name), bytes);
  return folder;
}
const asIs = { mean: 0, std: 1 };

describe('idx', () => {
  it('knows shape and classes before it loads', () => {
    const data = idx({ folder: makeData() });
    expect(data.inputShape).toEqual([1, 2, 1]);
    expect(data.classes).toBe(4);
  });

  it.each([
    [[5, 2], [2]],
    [
      [5, 1, 1, 2],
      [1, 1, 2],
    ],
  ])('takes examples of other ranks as they are: %j', (shape, inputShape) => {
    const folder = makeData({ 'train-images-idx3-ubyte': idxBytes(shape, new Array(10).fill(1)) });
    expect(idx({ folder }).inputShape).toEqual(inputShape);
  });

  it('takes the last training examples for validation and the first of each split where it is limited', async () => {
    const folder = makeData();
    const { train, validation, test } = await idx({ folder, validation: 2, trainExamples: 2, testExamples: 1, normalization: asIs }).load();
    expect([...train.inputs]).toEqual([0, 1, 0, 1]);
    expect([...train.labels]).toEqual([0, 1]);
    expect([...validation.inputs]).toEqual([0.4, 0.4, 0.8, 0.8].map(Math.fround));
    expect([...validation.labels]).toEqual([1, 0]);
    expect([...test.inputs]).toEqual([1, 0]);
    expect([...test.labels]).toEqual([1]);
  });

  it('normalizes all splits by mean and standard deviation of the training split', async () => {
    const { train, validation, test } = await idx({ folder: makeData(), validation: 3 }).load(); // 0, 1, 0, 1: mean 0.5, std 0.5
    expect([...train.inputs]).toEqual([-1, 1, -1, 1]);
    expect([...validation.inputs.subarray(0, 2)]).toEqual([-0.6, -0.6].map(Math.fround));
    expect([...test.inputs.subarray(0, 2)]).toEqual([1, -1]);
  });

  it('normalizes as it is told', async () => {
    const { train } = await idx({ folder: makeData(), validation: 3, normalization: { mean: 1, std: 0.25 } }).load();
    expect([...train.inputs]).toEqual([-4, 0, -4, 0]);
  });

  it('takes other file names', async () => {
    const folder = makeData({ 'digits.idx3': idxBytes([5, 1, 2], new Array(10).fill(255)) });
    const { train } = await idx({ folder, files: { trainImages: 'digits.idx3' }, validation: 1, normalization: asIs }).load();
    expect([...train.inputs]).toEqual(new Array(8).fill(1));
  });

  it.each([
    ['E_LABEL_COUNT', {}, { 'train-labels-idx1-ubyte': idxBytes([4], [0, 1, 2, 1]) }],
    ['E_IDX', {}, { 't10k-images-idx3-ubyte': idxBytes([2, 2, 1], [1, 2, 3, 4]) }],
    ['E_IDX', {}, { 'train-labels-idx1-ubyte': idxBytes([5, 1, 2], new Array(10).fill(1)) }],
    ['E_IDX', {}, { 't10k-images-idx3-ubyte': idxBytes([0, 1, 2], []), 't10k-labels-idx1-ubyte': idxBytes([0], []) }],
    ['E_IDX', { validation: 2 }, { 'train-images-idx3-ubyte': idxBytes([5, 1, 2], new Array(10).fill(9)) }],
    ['E_SPLIT', { validation: 5 }, {}],
    ['E_SPLIT', { validation: 2, trainExamples: 4 }, {}],
    ['E_SPLIT', { validation: 2, testExamples: 3 }, {}],
  ])('refuses with %s: options %j, files %j', async (code, options, files) => {
    await expect(idx({ folder: makeData(files), ...options }).load()).rejects.toMatchObject({ code });
  });

  it('refuses a folder without the files', () => {
    expect(() => idx({ folder: path.join(root, 'nowhere') }).inputShape).toThrow(expect.objectContaining({ code: 'E_DATA_MISSING' }));
  });
});

// --- helpers ---

function idxBytes(shape: readonly number[], data: readonly number[]): Uint8Array {
  return Uint8Array.from([0, 0, 8, shape.length, ...shape.flatMap((dimension) => [0, 0, 0, dimension]), ...data]);
}
