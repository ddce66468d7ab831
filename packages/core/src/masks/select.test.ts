import { describe, expect, it } from 'vitest';
import { onCpu, tensorsLeftBy } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { kthLargest, topKMasks } from './select.ts';

onCpu();

const scores = () => [tf.tensor2d([5, 1, 4, 0], [2, 2]), tf.tensor1d([4, -1])];

describe('topKMasks', () => {
  it('keeps the k largest of all tensors, equal ones by position, in their shapes', () => {
    const masks = topKMasks(scores(), 2);
    expect(masks.map((mask) => mask.arraySync())).toEqual([
      [
        [1, 0],
        [1, 0],
      ],
      [0, 0],
    ]);
    expect(topKMasks(scores(), 3).map((mask) => Array.from(mask.dataSync()))).toEqual([
      [1, 0, 1, 0],
      [1, 0],
    ]);
  });

  it('keeps nothing for 0, everything for all, and has no mask for no tensor', () => {
    expect(topKMasks(scores(), 0).map((mask) => Array.from(mask.dataSync()))).toEqual([
      [0, 0, 0, 0],
      [0, 0],
    ]);
    expect(topKMasks(scores(), 6).map((mask) => Array.from(mask.dataSync()))).toEqual([
      [1, 1, 1, 1],
      [1, 1],
    ]);
    expect(topKMasks([], 0)).toEqual([]);
  });

  it('leaves the scores as they are and nothing but the masks behind', () => {
    const given = scores();
    expect(tensorsLeftBy(() => void topKMasks(given, 2))).toBe(2);
    expect(given.map((own) => own.isDisposed)).toEqual([false, false]);
  });
});

describe('kthLargest', () => {
  it('is the k-th largest over all tensors', () => {
    expect([1, 2, 3, 4, 5, 6].map((k) => kthLargest(scores(), k))).toEqual([5, 4, 4, 1, 0, -1]);
  });

  it('leaves nothing behind', () => {
    const given = scores();
    expect(tensorsLeftBy(() => void kthLargest(given, 2))).toBe(0);
  });
});
