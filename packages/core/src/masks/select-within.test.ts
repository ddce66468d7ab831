import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Allowance, costOf, evenAllowance, usesUp } from '../targets/allowance.ts';
import { onCpu, values } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { firstOut, masksWithin, selectWithin } from './select-within.ts';
import { topK } from './top-k.ts';

onCpu();

const arrays = (...scores: number[][]) => scores.map((own) => Float32Array.from(own));
const select = (scores: number[][], allowance: Allowance) => masksWithin(arrays(...scores), allowance).masks.map((mask) => [...mask]);

describe('selectWithin', () => {
  // In the order of their scores, with their prices: 9 (3), 8 (1), 7 (3), 6 (3), 5 (1), 4 (1), 3 (3), 2 (1).
  const DEAR = [9, 7, 6, 3];
  const CHEAP = [8, 5, 4, 2];
  const within = (budget: number): Allowance => ({ prices: [3, 1], budget });

  it('takes the longest beginning of the ranking that fits', () => {
    expect(select([DEAR, CHEAP], within(7))).toEqual([
      [1, 1, 0, 0],
      [1, 0, 0, 0],
    ]);
  });

  it('fills what is left with whatever is cheap enough, in the order of the ranking', () => {
    expect(select([DEAR, CHEAP], within(9))).toEqual([
      [1, 1, 0, 0],
      [1, 1, 1, 0],
    ]);
  });

  it('goes on to dearer weights when the cheap ones are used up', () => {
    // 3 prices: after 10 (5) there are 3 left; 9 (4) does not fit, 8 (1) does, then 7 (2).
    expect(select([[10], [9], [8], [7, 6]], { prices: [5, 4, 1, 2], budget: 8 })).toEqual([[1], [0], [1], [1, 0]]);
  });

  it('takes everything or nothing', () => {
    expect(select([DEAR, CHEAP], within(16)).flat()).not.toContain(0);
    expect(select([DEAR, CHEAP], within(1000)).flat()).not.toContain(0);
    expect(select([DEAR, CHEAP], within(0)).flat()).not.toContain(1);
  });

  it('goes by position among equal scores', () => {
    expect(
      select(
        [
          [1, 1],
          [1, 1, 1],
        ],
        within(5),
      ),
    ).toEqual([
      [1, 0],
      [1, 1, 0],
    ]);
  });

  it('is topKMasks where all weights cost the same', () => {
    const scores = [tf.tensor1d(DEAR), tf.tensor1d(CHEAP)];
    expect(values(() => tf.concat(selectWithin(scores, evenAllowance(2, 3))))).toEqual([1, 1, 0, 0, 1, 0, 0, 0]);
    expect(values(() => tf.concat(selectWithin(scores, { prices: [5, 5], budget: 18 })))).toEqual([1, 1, 0, 0, 1, 0, 0, 0]);
    tf.dispose(scores);
  });

  it('keeps the shapes', () => {
    const scores = [tf.tensor2d([DEAR, CHEAP]), tf.scalar(10)];
    const masks = selectWithin(scores, { prices: [1, 4], budget: 6 });
    expect(masks.map(({ shape }) => shape)).toEqual([[2, 4], []]);
    tf.dispose(masks);
    tf.dispose(scores);
  });

  it('does what going down the ranking one by one does, and uses the budget up', () => {
    const anyLayer = fc.record({
      scores: fc.array(fc.constantFrom(-3, -0.5, 0, 0.25, 1, 1.5, 2, 1e-30, Number.NEGATIVE_INFINITY), { minLength: 1, maxLength: 8 }),
      price: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(anyLayer, { minLength: 1, maxLength: 5 }), fc.integer({ min: 0, max: 120 }), (layers, budget) => {
        const allowance = { prices: layers.map(({ price }) => price), budget };
        const scores = arrays(...layers.map((layer) => layer.scores));
        const ranking = layers
          .flatMap((layer, i) => layer.scores.map((score, j) => ({ score: score === 0 ? 0 : score, price: layer.price, i, j })))
          .sort((a, b) => (a.score === b.score ? 0 : b.score - a.score));
        const expected = scores.map((own) => new Array(own.length).fill(0));
        let room = budget;
        let out: number | undefined;
        for (const { score, price, i, j } of ranking) {
          if (price <= room) {
            (expected[i] as number[])[j] = 1;
            room -= price;
          } else out ??= score;
        }
        const { masks, firstOut: found } = masksWithin(scores, allowance);
        expect(masks.map((mask) => [...mask])).toEqual(expected);
        expect(found).toBe(out === undefined ? undefined : Math.fround(out));
        const counts = masks.map((mask) => mask.reduce((sum, m) => sum + m, 0));
        expect(costOf(allowance, counts)).toBe(budget - room);
        expect(
          usesUp(
            allowance,
            counts,
            scores.map(({ length }) => length),
          ),
        ).toBe(true);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('agrees with topK where a price of 1 makes it a count, on many values', () => {
    const scores = [4001, 999].map((n, i) => Float32Array.from({ length: n }, (_, j) => Math.sin(12.9898 * (j + 1) ** 2 + i)));
    for (const keep of [0, 1, 700, 4999, 5000]) {
      expect(masksWithin(scores, evenAllowance(2, keep)).masks).toEqual(topK(scores, keep));
    }
  });
});

describe('firstOut', () => {
  it('is the largest score without room, if there is one', () => {
    const scores = [tf.tensor1d([9, 7, 6, 3]), tf.tensor1d([8, 5, 4, 2])];
    expect(firstOut(scores, { prices: [3, 1], budget: 9 })).toBe(6);
    expect(firstOut(scores, { prices: [3, 1], budget: 16 })).toBeUndefined();
    expect(firstOut(scores, evenAllowance(2, 3))).toBe(6);
    expect(firstOut(scores, evenAllowance(2, 8))).toBeUndefined();
    tf.dispose(scores);
  });
});
