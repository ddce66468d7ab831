import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomStream, tf } from '@espalier/core';
import { encode as encodePng } from 'fast-png';
import { encode as encodeJpeg } from 'jpeg-js';
import { afterAll, describe, expect, it } from 'vitest';
import { readImage } from './decode-image.ts';
import { fitImage } from './fit-image.ts';
import { imageFolder } from './image-folder.ts';

const root = mkdtempSync(path.join(tmpdir(), 'espalier-images-'));
afterAll(() => rmSync(root, { recursive: true }));

type Rgb = readonly [number, number, number];
const plain = (height: number, width: number, color: readonly number[]) =>
  Uint8Array.from({ length: height * width * color.length }, (_, i) => color[i % color.length] as number);
const png = (height: number, width: number, color: readonly number[]) =>
  encodePng({ height, width, data: plain(height, width, color), channels: color.length });
const jpeg = (height: number, width: number, [r, g, b]: Rgb) =>
  encodeJpeg({ height, width, data: plain(height, width, [r, g, b, 255]) }, 100).data;

function makeFiles(files: Readonly<Record<string, Uint8Array>>): string {
  const folder = mkdtempSync(path.join(root, 'case-'));
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), bytes);
  }
  return folder;
}
const write = (name: string, bytes: Uint8Array) => path.join(makeFiles({ [name]: bytes }), name);

describe('readImage', () => {
  it.each([
    ['of red, green and blue', png(2, 3, [10, 20, 30]), [10, 20, 30]],
    ['with transparency', png(2, 3, [10, 20, 30, 0]), [10, 20, 30]],
    ['of grey', png(2, 3, [77]), [77, 77, 77]],
    ['of 16 bits', encodePng({ height: 2, width: 3, depth: 16, channels: 1, data: new Uint16Array(6).fill(0x4dff) }), [77, 77, 77]],
    [
      'with a palette',
      encodePng({
        ...{ height: 2, width: 3, depth: 8, channels: 1, data: new Uint8Array(6).fill(1) },
        palette: [
          [0, 0, 0],
          [10, 20, 30],
        ],
      }),
      [10, 20, 30],
    ],
  ])('reads a PNG %s', (_, bytes, expected) => {
    expect(readImage(write('a.png', bytes))).toEqual({ height: 2, width: 3, data: plain(2, 3, expected) });
  });

  it('reads a JPEG, whatever its file is called', () => {
    const { height, width, data } = readImage(write('a.png', jpeg(8, 16, [200, 100, 50])));
    expect([height, width, data.length]).toEqual([8, 16, 8 * 16 * 3]);
    for (const [i, value] of data.entries()) expect(Math.abs(value - ([200, 100, 50][i % 3] as number))).toBeLessThan(4);
  });

  it.each([
    ['something else', Uint8Array.from([71, 73, 70, 56])],
    ['a PNG that is cut off', png(9, 9, [1, 2, 3]).subarray(0, 40)],
    ['a JPEG that is cut off', jpeg(9, 9, [1, 2, 3]).subarray(0, 30)],
  ])('refuses %s', (_, bytes) => {
    expect(() => readImage(write('a.png', bytes))).toThrow(expect.objectContaining({ code: 'E_IMAGE' }));
  });
});

describe('fitImage', () => {
  it('cuts out the middle', () => {
    const data = Uint8Array.from({ length: 2 * 4 * 3 }, (_, i) => i);
    expect([...fitImage({ height: 2, width: 4, data }, 2)]).toEqual([3, 4, 5, 6, 7, 8, 15, 16, 17, 18, 19, 20]);
  });

  it('interpolates between the middles of pixels', () => {
    const data = Uint8Array.from([0, 100].flatMap((value) => [value, value, value]));
    const wide = fitImage({ height: 1, width: 2, data }, 2); // 2x4, of which the middle two columns
    expect([...wide].filter((_, i) => i % 3 === 0)).toEqual([25, 75, 25, 75]);
  });

  it('makes small what is large', () => {
    expect([...fitImage({ height: 40, width: 60, data: plain(40, 60, [1, 2, 3]) }, 7)]).toEqual([...plain(7, 7, [1, 2, 3])]);
  });
});

describe('image-folder', () => {
  const asIs = { mean: [0, 0, 0], std: [1, 1, 1] };
  const colors = { cat: [255, 0, 0], dog: [0, 255, 0] } as const;
  const files = Object.fromEntries(
    (['cat', 'dog'] as const).flatMap((name) => [
      ...Array.from({ length: 10 }, (_, i) => [`train/${name}/${i}.png`, png(4, 5, colors[name])]),
      [`test/${name}/first.PNG`, png(3, 3, colors[name])],
    ]),
  );

  it('takes folders for classes, and colours for what they are', async () => {
    const data = imageFolder({ folder: makeFiles({ ...files, 'train/cat/notes.txt': new Uint8Array() }), size: 3, normalization: asIs });
    expect([data.inputShape, data.classes]).toEqual([[3, 3, 3], 2]);
    const { train, validation, test } = await data.load();
    expect([train.labels.length, validation.labels.length, [...test.labels]]).toEqual([18, 2, [0, 1]]);
    for (const split of [train, validation, test]) {
      expect(split.inputs.length).toBe(split.labels.length * 27);
      for (const [i, label] of split.labels.entries()) {
        expect([...split.inputs.subarray(i * 27, i * 27 + 3)]).toEqual(label === 0 ? [1, 0, 0] : [0, 1, 0]);
      }
    }
  });

  it('mixes the classes before it takes some for validation, always alike', async () => {
    const folder = makeFiles(files);
    const load = () => imageFolder({ folder, size: 2, validation: 8, trainExamples: 6 }).load();
    const [first, again] = [await load(), await load()];
    expect(new Set(first.validation.labels).size).toBe(2);
    expect([first.train.labels.length, first.validation.labels.length]).toEqual([6, 8]);
    expect(again).toEqual(first);
  });

  it('normalizes by the numbers of ImageNet, and augments with black', async () => {
    const data = imageFolder({ folder: makeFiles(files), size: 8, augment: true });
    const { test } = await data.load();
    expect(test.inputs[0]).toBe(Math.fround((1 - 0.485) / 0.229));
    tf.tidy(() => {
      const shown = data.augment?.(tf.zeros([32, 8, 8, 3]), randomStream(0, 'augment')) as tf.Tensor;
      const black = [-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225].map(Math.fround);
      expect([...new Set(shown.dataSync())].sort()).toEqual([...black, 0].sort());
    });
  });

  it.each([
    ['E_DATA_MISSING', 'no folder train', { 'test/cat/1.png': png(1, 1, [1, 2, 3]) }],
    ['E_DATA_MISSING', 'no folder test', { 'train/cat/1.png': png(1, 1, [1, 2, 3]) }],
    ['E_DATA_MISSING', 'no class', { 'train/1.png': png(1, 1, [1, 2, 3]), 'test/cat/1.png': png(1, 1, [1, 2, 3]) }],
    ['E_DATA_MISSING', 'a class without images', { ...files, 'train/emu/1.txt': new Uint8Array(), 'test/emu/1.txt': new Uint8Array() }],
    ['E_DATA_MISSING', 'a class without test images', { ...files, 'train/emu/1.png': png(1, 1, [1, 2, 3]) }],
    ['E_IMAGE', 'a broken image', { ...files, 'train/cat/broken.jpg': new Uint8Array(9) }],
  ])('refuses with %s: %s', async (code, _, given) => {
    await expect(imageFolder({ folder: makeFiles(given as Readonly<Record<string, Uint8Array>>) }).load()).rejects.toMatchObject({ code });
  });

  it('refuses more for validation than there are', async () => {
    await expect(imageFolder({ folder: makeFiles(files), validation: 20 }).load()).rejects.toMatchObject({ code: 'E_SPLIT' });
  });
});
