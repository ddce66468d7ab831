import { type RandomStream, randomStream, tf } from '@espalier/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cropAndFlip } from './augmentation.ts';

/** A stream that hands out what was written down. */
function scripted(...numbers: readonly number[]): RandomStream {
  const left = [...numbers];
  return { ...randomStream(0, 'unused'), int: () => left.shift() as number };
}
const read = (make: () => tf.Tensor): number[] => {
  let values: number[] = [];
  tf.tidy(() => {
    values = [...make().dataSync()];
  });
  return values;
};

describe('cropAndFlip', () => {
  // 1 2 3
  // 4 5 6
  const image = () => tf.tensor4d([1, 2, 3, 4, 5, 6], [1, 2, 3, 1]);

  it.each([
    ['leaves the image in the middle', [1, 1, 0], [1, 2, 3, 4, 5, 6]],
    ['mirrors it', [1, 1, 1], [3, 2, 1, 6, 5, 4]],
    ['shows the padding above and to the left', [0, 0, 0], [-9, -9, -9, -9, 1, 2]],
    ['shows the padding below and to the right', [2, 2, 0], [5, 6, -9, -9, -9, -9]],
    ['mirrors what it has cut', [0, 0, 1], [-9, -9, -9, 2, 1, -9]],
  ])('%s', (_, numbers, expected) => {
    expect(read(() => cropAndFlip(image(), scripted(...numbers), 1, [-9]))).toEqual(expected);
  });

  it('cuts each example by itself, all its channels alike, and fills each channel with its own value', () => {
    const pair = () => tf.tensor4d([1, 10, 2, 20, 3, 30, 4, 40], [2, 1, 2, 2]);
    const shown = read(() => cropAndFlip(pair(), scripted(1, 1, 1, 1, 2, 0), 1, [-1, -2]));
    expect(shown).toEqual([2, 20, 1, 10, 4, 40, -1, -2]);
  });

  it('shows only pixels of the image or padding, the same for the same stream', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 4 }), (seed, pad) => {
        const pixels = Array.from({ length: 2 * 5 * 4 }, (_, i) => i + 1);
        const show = () => read(() => cropAndFlip(tf.tensor4d(pixels, [2, 5, 4, 1]), randomStream(seed, 'augment'), pad, [0]));
        const shown = show();
        expect(show()).toEqual(shown);
        expect(shown.slice(0, 20).every((value) => value >= 0 && value <= 20)).toBe(true);
        expect(shown.slice(20).every((value) => value === 0 || value > 20)).toBe(true);
        if (pad === 0) expect([...shown].sort((a, b) => a - b)).toEqual(pixels);
      }),
      { numRuns: 50 },
    );
  });
});
