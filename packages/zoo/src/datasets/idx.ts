import path from 'node:path';
import { defineDataset } from '@espalier/core';
import * as z from 'zod';
import { fileNames, loadSplits, splitOptions } from './four-files.ts';
import { readIdx, readIdxShape } from './idx-file.ts';

/**
 * Any data set in MNIST's layout: four IDX files of unsigned bytes in one folder, gzipped or not. Fashion-MNIST, KMNIST, EMNIST and others.
 *
 * Shapes: images [n, height, width] become examples [height, width, 1]; other ranks are taken as they are.
 * Classes: one more than the highest label.
 * Values: (x/255 − mean)/std.
 *
 * @param options.folder        Where the files are.
 * @param options.files         Their names, if they are not MNIST's.
 * @param options.validation    How many of the last training examples are for validation. Default 5000.
 * @param options.trainExamples Only the first n of the rest. Default all.
 * @param options.testExamples  Only the first n. Default all.
 * @param options.normalization Mean and standard deviation of pixels in [0, 1]. Default: those of the training split.
 * @throws {EspalierError} `E_DATA_MISSING`, `E_IDX`, `E_LABEL_COUNT`, `E_SPLIT`.
 * @example idx({ folder: 'data/fashion-mnist' })
 */
export const idx = defineDataset({
  name: 'idx',
  summary: "Data in MNIST's layout: four IDX files in a folder",
  options: z.strictObject({
    folder: z.string().describe('Where the files are'),
    files: fileNames.prefault({}).describe("Their names, where they are not MNIST's"),
    ...splitOptions,
    normalization: z
      .strictObject({ mean: z.number(), std: z.number().positive() })
      .optional()
      .describe('Mean and standard deviation of pixels in [0, 1]; default: those of the training split'),
  }),
  create: ({ folder, files, normalization, ...splits }) => ({
    get inputShape() {
      const shape = readIdxShape(path.join(folder, files.trainImages)).slice(1);
      return shape.length === 2 ? [...shape, 1] : shape;
    },
    get classes() {
      const highest = [files.trainLabels, files.testLabels].map((name) => highestOf(readIdx(path.join(folder, name)).data));
      return Math.max(...highest) + 1;
    },
    load: async () => loadSplits(folder, files, splits, normalization),
  }),
});

// --- helpers ---

const highestOf = (labels: Uint8Array) => labels.reduce((highest, label) => Math.max(highest, label), 0);
