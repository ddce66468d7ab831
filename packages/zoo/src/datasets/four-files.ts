import path from 'node:path';
import type { Examples, Splits } from '@espalier/core';
import * as z from 'zod';
import { idxInvalid, labelCountMismatch, splitTooLarge } from '../errors.ts';
import { type IdxArray, readIdx } from './idx-file.ts';

/** Options that every data set in MNIST's layout has. */
export const splitOptions = {
  /** How many examples, the last of the training file, are for validation. */
  validation: z.int().positive().default(5000).describe('How many of the last training examples are for validation'),
  /** Only the first n, for small runs. */
  trainExamples: z.int().positive().optional().describe('Only the first of the rest; default: all'),
  testExamples: z.int().positive().optional().describe('Only the first; default: all'),
};

/** Names of the four files, without .gz. */
export const fileNames = z.strictObject({
  trainImages: z.string().default('train-images-idx3-ubyte'),
  trainLabels: z.string().default('train-labels-idx1-ubyte'),
  testImages: z.string().default('t10k-images-idx3-ubyte'),
  testLabels: z.string().default('t10k-labels-idx1-ubyte'),
});
export type FileNames = z.output<typeof fileNames>;

/** Of pixels in [0, 1]. */
export interface Normalization {
  readonly mean: number;
  readonly std: number;
}
export type SplitOptions = z.output<z.ZodObject<typeof splitOptions>>;

/**
 * The splits of a data set of four IDX files, as (x/255 − mean)/std.
 *
 * @param normalization Default: the mean and standard deviation of the training split.
 * @throws {EspalierError} `E_SPLIT` if more examples are asked for than there are; `E_LABEL_COUNT`; what `readIdx` throws.
 */
export function loadSplits(folder: string, files: FileNames, options: SplitOptions, normalization?: Normalization): Splits {
  const { validation, trainExamples, testExamples } = options;
  const trainFile = path.join(folder, files.trainImages);
  const testFile = path.join(folder, files.testImages);
  const training = readPair(trainFile, path.join(folder, files.trainLabels));
  const testing = readPair(testFile, path.join(folder, files.testLabels));
  if (training.images.shape.slice(1).join() !== testing.images.shape.slice(1).join()) {
    const [expected, found] = [training, testing].map(({ images }) => `examples of shape [${images.shape.slice(1).join(', ')}]`);
    throw idxInvalid(testFile, `${expected}, as in ${trainFile}`, found as string, 'Take the test file that belongs to the training file.');
  }

  const forTraining = training.count - validation;
  if (forTraining < 1) throw splitTooLarge('validation', validation, training.count - 1, trainFile);
  const train = firstOf(training, 'trainExamples', trainExamples ?? forTraining, forTraining, trainFile);
  const held = { images: training.images.data.subarray(forTraining * training.size), labels: training.labels.data.subarray(forTraining) };
  const test = firstOf(testing, 'testExamples', testExamples ?? testing.count, testing.count, testFile);

  const table = normalizationTable(normalization ?? momentsOf(train.images, trainFile));
  return { train: normalized(train, table), validation: normalized(held, table), test: normalized(test, table) };
}

// --- helpers ---

interface Pair {
  readonly images: IdxArray;
  readonly labels: IdxArray;
  readonly count: number;
  /** Values per example. */
  readonly size: number;
}
interface RawExamples {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

function readPair(imageFile: string, labelFile: string): Pair {
  const images = readIdx(imageFile);
  const labels = readIdx(labelFile);
  const count = images.shape[0] as number;
  if (labels.shape.length !== 1) {
    throw idxInvalid(
      labelFile,
      'labels, one number per example',
      `shape [${labels.shape.join(', ')}]`,
      'Look whether two files were mixed up.',
    );
  }
  if (count === 0) throw idxInvalid(imageFile, 'at least one example', 'none', 'Take a file with examples.');
  if (count !== labels.shape[0]) throw labelCountMismatch(imageFile, count, labelFile, labels.shape[0] as number);
  return { images, labels, count, size: images.data.length / count };
}

function firstOf({ images, labels, size }: Pair, option: string, asked: number, available: number, file: string): RawExamples {
  if (asked > available) throw splitTooLarge(option, asked, available, file);
  return { images: images.data.subarray(0, asked * size), labels: labels.data.subarray(0, asked) };
}

/** Exact: sums over a histogram of the 256 values. */
function momentsOf(bytes: Uint8Array, file: string): Normalization {
  const histogram = new Uint32Array(256);
  for (let i = 0; i < bytes.length; i++) {
    const value = bytes[i] as number;
    histogram[value] = (histogram[value] as number) + 1;
  }
  const mean = histogram.reduce((sum, count, value) => sum + count * value, 0) / bytes.length;
  const variance = histogram.reduce((sum, count, value) => sum + count * (value - mean) ** 2, 0) / bytes.length;
  if (variance === 0) throw idxInvalid(file, 'pixels that differ', `${mean} everywhere`, 'Give "normalization", or other data.');
  return { mean: mean / 255, std: Math.sqrt(variance) / 255 };
}

const normalizationTable = ({ mean, std }: Normalization) => Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - mean) / std);

function normalized({ images, labels }: RawExamples, table: Float32Array): Examples {
  const inputs = new Float32Array(images.length);
  for (let i = 0; i < images.length; i++) inputs[i] = table[images[i] as number] as number;
  return { inputs, labels: Int32Array.from(labels) };
}
