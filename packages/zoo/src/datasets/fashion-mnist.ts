import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { defineDataset } from '@espalier/core';
import * as z from 'zod';
import { fashionMnistMissing, idxInvalid } from '../errors.ts';
import { fileNames, loadSplits, splitOptions } from './four-files.ts';
import { readIdx } from './idx-file.ts';

/** Where the files are looked for. */
export const FOLDERS = ['data/fashion-mnist', '/usr/share/datasets/fashion-mnist'] as const;

/**
 * Fashion-MNIST: 28x28 pictures of clothes from Zalando's shop, 55,000 to train on, 5,000 for validation, 10,000 to test. MNIST's layout,
 * harder to learn. The four files, gzipped or not, have to be in a folder: they don't come with this package, for their 30 MB.
 *
 * Values: (x/255 − 0.2860)/0.3530, the mean and standard deviation of the 60,000 training images.
 * Classes: T-shirt/top, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag, ankle boot.
 * Source: Xiao, Rasul, Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms".
 *
 * @param options.folder        Where the files are, from the current folder. Default: `data/fashion-mnist`, or else where Debian's package
 *                              `dataset-fashion-mnist` puts them.
 * @param options.validation    How many of the last training examples are for validation. Default 5000.
 * @param options.trainExamples Only the first n of the rest. Default all.
 * @param options.testExamples  Only the first n. Default all.
 * @throws {EspalierError} `E_DATA_MISSING` with where to get them if a file isn't there, as soon as `inputShape` is asked for; `E_IDX` if
 * they are the files of another data set, which have the same names; `E_SPLIT` if there are not that many examples.
 * @example fashionMnist({ folder: 'fashion-mnist/data/fashion' })
 * @see https://github.com/zalandoresearch/fashion-mnist
 */
export const fashionMnist = defineDataset({
  name: 'fashion-mnist',
  summary: 'Pictures of clothes, 28x28, 10 classes: 55,000 / 5,000 / 10,000; from a folder',
  options: z.strictObject({
    folder: z
      .string()
      .optional()
      .describe(`Where the four files are; default: ${FOLDERS.join(' or ')}`),
    ...splitOptions,
  }),
  create: ({ folder: given, ...splits }) => ({
    get inputShape() {
      presentFolder(given);
      return [28, 28, 1];
    },
    classes: 10,
    async load() {
      const folder = presentFolder(given);
      checkLabels(path.join(folder, FILES.trainLabels), TRAIN_LABELS);
      checkLabels(path.join(folder, FILES.testLabels), TEST_LABELS);
      return loadSplits(folder, FILES, splits, { mean: 0.286, std: 0.353 });
    },
  }),
});

// --- helpers ---

const FILES = fileNames.parse({});

/** SHA-256 of the labels, one byte each. */
const TRAIN_LABELS = '657fbd221bfc9f4198cc14b5619cc33ec57c58dd0e47af4d99d6650759e869a7';
const TEST_LABELS = '3d0e6c6ea990b53b6f8f500a41cac93881d981b315f84578b7d915342ade01e9';

/** The folder that has all four files: the given one, or the first of the usual ones. */
function presentFolder(given: string | undefined): string {
  const folders = given === undefined ? FOLDERS : ([given] as const);
  const found = folders.find((folder) => missingIn(folder).length === 0);
  if (found !== undefined) return found;
  throw fashionMnistMissing(path.resolve(folders[0]), missingIn(folders[0]));
}

const missingIn = (folder: string): string[] =>
  Object.values(FILES).filter((name) => ![name, `${name}.gz`].some((file) => existsSync(path.join(folder, file))));

function checkLabels(file: string, expected: string): void {
  const found = createHash('sha256').update(readIdx(file).data).digest('hex');
  if (found === expected) return;
  const advice = 'MNIST and others use the same names: give the folder of Fashion-MNIST, or take the data set "idx" for other data.';
  throw idxInvalid(file, `the labels of Fashion-MNIST, SHA-256 ${expected}`, found, advice);
}
