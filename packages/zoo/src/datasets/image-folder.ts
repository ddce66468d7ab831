import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { defineDataset, randomStream } from '@espalier/core';
import * as z from 'zod';
import { imageFolderEmpty } from '../errors.ts';
import { cropAndFlip } from './augmentation.ts';
import { readImage } from './decode-image.ts';
import { fitImage } from './fit-image.ts';
import { blackPixel, normalizedImages, type RawImages, splitImages } from './images.ts';

const channels = z.array(z.number()).length(3);

/**
 * Images of yours: a folder for each class, below `train` and below `test`. PNG and JPEG; all are held in memory, 12 bytes a pixel.
 *
 *   folder/train/cat/1.jpg   folder/train/dog/2.png   folder/test/cat/3.jpg   ...
 *
 * Classes: the folders below `train` in the order of their names. Those below `test` must be the same.
 * Shapes: images are scaled so that their shorter side has `size` pixels, and their middle is cut out: [size, size, 3].
 * Values: (x/255 − mean)/std by channel.
 * Validation: training images in an order that is shuffled, the same for every seed; the last ones are for validation.
 * Augmentation: training images are padded by an eighth of their size in black, cut back at a random place, and mirrored in half of the cases.
 *
 * @param options.folder        Where `train` and `test` are.
 * @param options.size          Pixels a side. Default 32.
 * @param options.augment       Whether training images are cropped and flipped. Default false.
 * @param options.validation    How many training images are for validation. Default: a tenth.
 * @param options.trainExamples Only the first n of the rest. Default all.
 * @param options.testExamples  Only the first n. Default all.
 * @param options.normalization Mean and standard deviation of pixels in [0, 1], by channel. Default: those of ImageNet.
 * @throws {EspalierError} `E_DATA_MISSING`, `E_IMAGE`, `E_SPLIT`.
 * @example imageFolder({ folder: 'data/flowers', size: 64, augment: true })
 */
export const imageFolder = defineDataset({
  name: 'image-folder',
  summary: 'Images of yours: train/<class>/*.jpg and test/<class>/*.jpg, PNG or JPEG',
  options: z.strictObject({
    folder: z.string().describe('Where train and test are'),
    size: z.int().positive().default(32).describe('Pixels a side'),
    augment: z.boolean().default(false).describe('Crop (padding size/8) and flip the training images'),
    validation: z.int().positive().optional().describe('Training images for validation; absent: a tenth'),
    trainExamples: z.int().positive().optional().describe('Only the first of the rest; default: all'),
    testExamples: z.int().positive().optional().describe('Only the first; default: all'),
    normalization: z
      .strictObject({ mean: channels, std: channels })
      .default({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] })
      .describe('Mean and standard deviation of pixels in [0, 1], by channel'),
  }),
  create({ folder, size, augment, validation, trainExamples, testExamples, normalization }) {
    const [trainFolder, testFolder] = [path.join(folder, 'train'), path.join(folder, 'test')];
    const fill = blackPixel(normalization);
    return {
      inputShape: [size, size, 3],
      get classes() {
        return classesIn(trainFolder).length;
      },
      async load() {
        const classes = classesIn(trainFolder);
        if (classesIn(testFolder).join('/') !== classes.join('/')) {
          throw imageFolderEmpty(testFolder, `has other classes than ${trainFolder}`);
        }
        const training = readClasses(trainFolder, classes, size, true);
        const held = validation ?? Math.max(1, Math.round(training.labels.length / 10));
        const options = { validation: held, trainExamples, testExamples };
        const splits = splitImages(training, readClasses(testFolder, classes, size, false), options, [trainFolder, testFolder]);
        return {
          train: normalizedImages(splits.train, normalization),
          validation: normalizedImages(splits.validation, normalization),
          test: normalizedImages(splits.test, normalization),
        };
      },
      ...(augment ? { augment: (inputs, random) => cropAndFlip(inputs, random, Math.ceil(size / 8), fill) } : {}),
    };
  },
});

// --- helpers ---

/** Names of the folders in a folder, sorted. */
function classesIn(folder: string): string[] {
  if (!existsSync(folder)) throw imageFolderEmpty(path.resolve(folder), 'does not exist');
  const classes = readdirSync(folder).filter((name) => statSync(path.join(folder, name)).isDirectory());
  if (!classes.length) throw imageFolderEmpty(path.resolve(folder), 'has no folder in it');
  return classes.sort();
}

function readClasses(folder: string, classes: readonly string[], size: number, shuffled: boolean): RawImages {
  const files = classes.flatMap((name, label) => {
    const images = readdirSync(path.join(folder, name)).filter((file) => /\.(png|jpe?g)$/i.test(file));
    if (!images.length) throw imageFolderEmpty(path.resolve(folder, name), 'has no PNG or JPEG file in it');
    return images.sort().map((file) => ({ file: path.join(folder, name, file), label }));
  });
  if (shuffled) randomStream(0, 'image-folder').shuffle(files);
  const images = new Uint8Array(files.length * size * size * 3);
  for (const [i, { file }] of files.entries()) images.set(fitImage(readImage(file), size), i * size * size * 3);
  return { images, labels: Int32Array.from(files, ({ label }) => label) };
}
