import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from './random.ts';

const first = (count: number, ...key: Parameters<typeof randomStream>) => {
  const stream = randomStream(...key);
  return Array.from({ length: count }, () => stream.uniform());
};

describe('randomStream', () => {
  it('gives the numbers that it has always given', () => {
    expect(first(3, 0, 'init')).toMatchInlineSnapshot(`
      [
        0.9066505764344475,
        0.7131287221674059,
        0.19821796924205903,
      ]
    `);
    expect(first(2, 1, 'shuffle', 3)).toMatchInlineSnapshot(`
      [
        0.7011962467535868,
        0.08873774551660052,
      ]
    `);
    const stream = randomStream(0, 'init');
    expect([stream.int(1000), stream.seed(), Array.from(stream.shuffle([1, 2, 3, 4, 5]))]).toMatchInlineSnapshot(`
      [
        298,
        1641410465,
        [
          1,
          2,
          4,
          5,
          3,
        ],
      ]
    `);
  });

  it('gives the same numbers for the same key', () => {
    expect(first(20, 7, 'a', 1)).toEqual(first(20, 7, 'a', 1));
  });

  it('gives other numbers for other keys', () => {
    const keys: Parameters<typeof randomStream>[] = [
      [0],
      [1],
      [-1],
      [0, 'a'],
      [0, 'b'],
      [0, 'a', 1],
      [0, 'a', '1'],
      [0, 'a', 'b'],
      [0, 'ab'],
      [0, 0],
    ];
    const drawn = keys.map((key) => first(1, ...key)[0]);
    expect(new Set(drawn).size).toBe(keys.length);
  });

  it('is uniform in [0, 1)', () => {
    const numbers = first(10_000, 3, 'uniform');
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    const tenths = Array.from({ length: 10 }, (_, i) => numbers.filter((n) => Math.floor(n * 10) === i).length);
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150); // five standard deviations
  });

  it('draws integers below the bound, all of them', () => {
    const stream = randomStream(0, 'int');
    const drawn = Array.from({ length: 500 }, () => stream.int(7));
    expect([...new Set(drawn)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(stream.int(1)).toBe(0);
  });

  it('draws seeds that are whole, positive and fit into 32 bits', () => {
    fc.assert(
      fc.property(fc.integer(), fc.string(), (seed, purpose) => {
        const drawn = randomStream(seed, purpose).seed();
        expect(Number.isInteger(drawn)).toBe(true);
        expect(drawn).toBeGreaterThan(0);
        expect(drawn).toBeLessThan(2 ** 31);
      }),
    );
  });

  it('shuffles into a permutation, in place', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.integer({ min: -1000, max: 1000 })), (seed, list) => {
        const array = Int32Array.from(list);
        expect(randomStream(seed, 'shuffle').shuffle(array)).toBe(array);
        expect(Array.from(array).sort((a, b) => a - b)).toEqual([...list].sort((a, b) => a - b));
      }),
    );
  });

  it('shuffles every element to every place alike', () => {
    const stream = randomStream(5, 'places');
    const places = [0, 0, 0, 0];
    for (let i = 0; i < 4000; i++) (places[stream.shuffle([0, 1, 2, 3]).indexOf(0)] as number)++;
    for (const count of places) expect(Math.abs(count - 1000)).toBeLessThan(140);
  });
});
