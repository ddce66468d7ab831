import { createHash } from 'node:crypto';
import type { Examples } from '@espalier/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { mnist } from './mnist.ts';

describe('mnist', () => {
  let splits: Awaited<ReturnType<ReturnType<typeof mnist>['load']>>;
  beforeAll(async () => {
    splits = await mnist().load();
  });

  it('has 55,000, 5,000 and 10,000 examples of 28x28x1, in 10 classes', () => {
    expect(mnist()).toMatchObject({ inputShape: [28, 28, 1], classes: 10, spec: { use: 'mnist' } });
    for (const [split, count] of [
      [splits.train, 55_000],
      [splits.validation, 5000],
      [splits.test, 10_000],
    ] as const) {
      expect(split.labels.length).toBe(count);
      expect(split.inputs.length).toBe(count * 784);
    }
  });

  it('has the known number of examples of each class', () => {
    const training = histogramOf(splits.train).map((count, label) => count + (histogramOf(splits.validation)[label] as number));
    expect(training).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(histogramOf(splits.test)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  });

  it('is the MNIST that everybody has, to the byte', () => {
    const training = createHash('sha256').update(bytesOf(splits.train)).update(bytesOf(splits.validation)).digest('hex');
    expect(training).toBe('741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757');
    expect(createHash('sha256').update(bytesOf(splits.test)).digest('hex')).toBe(
      '6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161',
    );
    const first = bytesOf(splits.train).subarray(0, 784);
    expect(first.reduce((sum, byte) => sum + byte)).toBe(27_525);
    expect([...splits.train.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect([...splits.test.labels.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
  });

  it('is normalized by the mean and standard deviation of its training images', () => {
    const average = (value: (pixel: number) => number) => {
      let sum = 0;
      for (const bytes of [bytesOf(splits.train), bytesOf(splits.validation)]) {
        for (let i = 0; i < bytes.length; i++) sum += value((bytes[i] as number) / 255);
      }
      return sum / (60_000 * 784);
    };
    const mean = average((pixel) => pixel);
    expect(mean).toBeCloseTo(0.1307, 4);
    expect(Math.sqrt(average((pixel) => (pixel - mean) ** 2))).toBeCloseTo(0.3081, 4);
    expect(splits.train.inputs[0]).toBe(Math.fround(-0.1307 / 0.3081)); // a black corner
  });

  it('gives the first examples of each split where it is limited', async () => {
    const limited = await mnist({ trainExamples: 100, testExamples: 20 }).load();
    expect(limited.train.labels).toEqual(splits.train.labels.subarray(0, 100));
    expect(limited.train.inputs.length).toBe(78_400);
    expect(limited.train.inputs.every((value, i) => value === splits.train.inputs[i])).toBe(true);
    expect(limited.test.labels).toEqual(splits.test.labels.subarray(0, 20));
    expect(limited.validation.labels).toEqual(splits.validation.labels);
  });

  it('refuses more examples than there are', async () => {
    await expect(mnist({ trainExamples: 55_001 }).load()).rejects.toMatchObject({ code: 'E_SPLIT' });
    expect(() => mnist({ trainExamples: 0 })).toThrow(expect.objectContaining({ code: 'E_OPTIONS' }));
  });
});

// --- helpers ---

/** The pixels as they are in the file. */
function bytesOf({ inputs }: Examples): Uint8Array {
  const bytes = new Uint8Array(inputs.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.round(((inputs[i] as number) * 0.3081 + 0.1307) * 255);
  return bytes;
}

function histogramOf({ labels }: Examples): number[] {
  const histogram = new Array<number>(10).fill(0);
  for (const label of labels) histogram[label] = (histogram[label] as number) + 1;
  return histogram;
}
