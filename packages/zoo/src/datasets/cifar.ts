import path from 'node:path';
import { defineDataset } from '@espalier/core';
import * as z from 'zod';
import { cropAndFlip } from './augmentation.ts';
import { type CifarFormat, readCifar } from './cifar-files.ts';
import { splitOptions } from './four-files.ts';
import { blackPixel, type ChannelNormalization, normalizedImages, splitImages } from './images.ts';

/**
 * CIFAR-10: 32x32 photographs in 10 classes, 45,000 to train on, 5,000 for validation, 10,000 to test. The files come from
 * https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz ("binary version"), unpacked.
 *
 * Values: (x/255 − mean)/std by channel, of the 50,000 training images: 0.4914, 0.4822, 0.4465; 0.2470, 0.2435, 0.2616.
 * Augmentation: training images are padded by 4 black pixels, cut back to 32x32 at a random place, and mirrored in half of the cases
 * (He et al., 2016).
 * Source: Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
 *
 * @param options.folder        Where data_batch_1.bin and the others are. Default `data/cifar-10-batches-bin`.
 * @param options.augment       Whether training images are cropped and flipped. Default false.
 * @param options.validation    How many of the last training examples are for validation. Default 5000.
 * @param options.trainExamples Only the first n of the rest. Default all.
 * @param options.testExamples  Only the first n. Default all.
 * @throws {EspalierError} `E_DATA_MISSING`, `E_CIFAR`, `E_SPLIT`.
 * @example cifar10({ augment: true })
 * @see https://www.cs.toronto.edu/~kriz/cifar.html
 */
export const cifar10 = defineDataset({
  name: 'cifar10',
  summary: 'Photographs, 32x32, 10 classes: 45,000 / 5,000 / 10,000; from files of yours',
  options: z.strictObject(optionsWith('data/cifar-10-batches-bin')),
  create: (options) =>
    cifar(options, {
      format: {
        train: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`),
        test: ['test_batch.bin'],
        ...{ labels: 1, classes: 10 },
        archive: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
        unpacked: 'cifar-10-batches-bin',
      },
      normalization: { mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] },
    }),
});

/**
 * CIFAR-100: as `cifar10`, in 100 classes (the fine labels). The files come from https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz
 * ("binary version"), unpacked.
 *
 * Values: (x/255 − mean)/std by channel, of the 50,000 training images: 0.5071, 0.4865, 0.4409; 0.2673, 0.2564, 0.2762.
 *
 * @param options.folder Where train.bin and test.bin are. Default `data/cifar-100-binary`. The other options are those of `cifar10`.
 * @throws {EspalierError} `E_DATA_MISSING`, `E_CIFAR`, `E_SPLIT`.
 * @example cifar100({ folder: 'cifar-100-binary', augment: true })
 * @see https://www.cs.toronto.edu/~kriz/cifar.html
 */
export const cifar100 = defineDataset({
  name: 'cifar100',
  summary: 'Photographs, 32x32, 100 classes: 45,000 / 5,000 / 10,000; from files of yours',
  options: z.strictObject(optionsWith('data/cifar-100-binary')),
  create: (options) =>
    cifar(options, {
      format: {
        ...{ train: ['train.bin'], test: ['test.bin'], labels: 2, classes: 100 },
        archive: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
        unpacked: 'cifar-100-binary',
      },
      normalization: { mean: [0.5071, 0.4865, 0.4409], std: [0.2673, 0.2564, 0.2762] },
    }),
});

// --- helpers ---

const PAD = 4;

function optionsWith(folder: string) {
  return {
    folder: z.string().default(folder).describe('Where the binary files are'),
    augment: z.boolean().default(false).describe('Crop (padding 4) and flip the training images'),
    ...splitOptions,
  };
}
type CifarOptions = z.output<z.ZodObject<ReturnType<typeof optionsWith>>>;

interface Cifar {
  readonly format: CifarFormat;
  readonly normalization: ChannelNormalization;
}

function cifar({ folder, augment, ...options }: CifarOptions, { format, normalization }: Cifar) {
  const fill = blackPixel(normalization);
  return {
    inputShape: [32, 32, 3],
    classes: format.classes,
    load: async () => {
      const files = (names: readonly string[]) => path.join(folder, names[0] as string);
      const splits = splitImages(readCifar(folder, format.train, format), readCifar(folder, format.test, format), options, [
        files(format.train),
        files(format.test),
      ]);
      return {
        train: normalizedImages(splits.train, normalization),
        validation: normalizedImages(splits.validation, normalization),
        test: normalizedImages(splits.test, normalization),
      };
    },
    ...(augment
      ? {
          augment: (inputs: Parameters<typeof cropAndFlip>[0], random: Parameters<typeof cropAndFlip>[1]) =>
            cropAndFlip(inputs, random, PAD, fill),
        }
      : {}),
  };
}
