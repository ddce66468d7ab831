import fc from 'fast-check';
import { expect, test } from 'vitest';
import { floatBits, kthByCounting, kthBySample } from './kth-largest.ts';

const order = (b: number): number => b ^ ((b >> 31) & 0x7fffffff);

test('counting and sampling agree with sorting, also across arrays and with equal values', () => {
  const value = fc.oneof(fc.float({ noNaN: true }), fc.constantFrom(0, -0, 0.5, -0.5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY));
  fc.assert(
    fc.property(fc.array(fc.array(value, { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 4 }), fc.nat(), (arrays, at) => {
      const all = arrays.map((array) => floatBits(Float32Array.from(array)));
      const sorted = all.flatMap((bits) => Array.from(bits, order)).sort((a, b) => b - a);
      const k = 1 + (at % sorted.length);
      const key = sorted[k - 1] as number;
      const expected = { key, above: sorted.filter((one) => one > key).length };
      expect(kthByCounting(all, k)).toEqual(expected);
      expect(kthBySample(all, sorted.length, k)).toEqual(expected);
    }),
  );
});

test('a sample that says nothing about the rest gives up instead of a wrong answer', () => {
  const stride = 4;
  const misleading = floatBits(Float32Array.from({ length: stride * 2 ** 14 }, (_, i) => (i % stride === 0 ? i : -i)));
  const k = misleading.length / 2;
  const found = kthBySample([misleading], misleading.length, k);
  if (found) expect(found).toEqual(kthByCounting([misleading], k));
  const equal = new Int32Array(2 ** 17);
  expect(kthBySample([equal], equal.length, 10)).toBeUndefined();
});
