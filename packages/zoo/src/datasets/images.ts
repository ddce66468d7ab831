import type { Examples } from '@espalier/core';
import { splitTooLarge } from '../errors.ts';

/** Images of one size as bytes, [n, height, width, channels], and their labels. */
export interface RawImages {
  readonly images: Uint8Array;
  readonly labels: Uint8Array | Int32Array;
}

export interface ImageSplits {
  readonly validation: number;
  readonly trainExamples?: number | undefined;
  readonly testExamples?: number | undefined;
}

/** Mean and standard deviation of pixels in [0, 1], by channel. */
export interface ChannelNormalization {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** A black pixel after the normalization. */
export const blackPixel = ({ mean, std }: ChannelNormalization): number[] =>
  mean.map((value, channel) => -value / (std[channel] as number));

/** (x/255 − mean)/std, by channel. */
export function normalizedImages({ images, labels }: RawImages, { mean, std }: ChannelNormalization): Examples {
  const channels = mean.length;
  const tables = mean.map((value, channel) =>
    Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - value) / (std[channel] as number)),
  );
  const inputs = new Float32Array(images.length);
  for (let i = 0; i < images.length; i++) inputs[i] = tables[i % channels]?.[images[i] as number] as number;
  return { inputs, labels: Int32Array.from(labels) };
}

/**
 * The splits of training and test images: the last training images are for validation, and of the others only the first ones where the
 * options say so.
 *
 * @param from What the images come from, for messages.
 * @throws {EspalierError} `E_SPLIT` if more are asked for than there are.
 */
export function splitImages(
  training: RawImages,
  testing: RawImages,
  { validation, trainExamples, testExamples }: ImageSplits,
  from: readonly [training: string, testing: string],
): { readonly train: RawImages; readonly validation: RawImages; readonly test: RawImages } {
  const count = training.labels.length;
  const forTraining = count - validation;
  if (forTraining < 1) throw splitTooLarge('validation', validation, count - 1, from[0]);
  const train = trainExamples ?? forTraining;
  if (train > forTraining) throw splitTooLarge('trainExamples', train, forTraining, from[0]);
  const test = testExamples ?? testing.labels.length;
  if (test > testing.labels.length) throw splitTooLarge('testExamples', test, testing.labels.length, from[1]);
  return {
    train: part(training, 0, train),
    validation: part(training, forTraining, count),
    test: part(testing, 0, test),
  };
}

// --- helpers ---

function part({ images, labels }: RawImages, first: number, end: number): RawImages {
  const size = images.length / labels.length;
  return { images: images.subarray(first * size, end * size), labels: labels.subarray(first, end) };
}
