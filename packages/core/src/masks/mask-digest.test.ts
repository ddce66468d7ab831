import { describe, expect, it } from 'vitest';
import { maskDigest } from './mask-digest.ts';

const of = (...kernels: [string, number[]][]) => maskDigest(new Map(kernels.map(([name, weights]) => [name, Float32Array.from(weights)])));

describe('maskDigest', () => {
  it('depends on where the nonzero weights are, not on what they are', () => {
    expect(of(['a', [1, 0, -2]])).toBe(of(['a', [3, -0, 4]]));
    expect(of(['a', [1, 0, -2]])).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each<[string, [string, number[]][]]>([
    ['places', [['a', [0, 1, -2]]]],
    ['names', [['b', [1, 0, -2]]]],
    [
      'borders',
      [
        ['a', [1, 0]],
        ['b', [-2]],
      ],
    ],
  ])('tells masks with other %s apart', (_, kernels) => {
    expect(of(...kernels)).not.toBe(of(['a', [1, 0, -2]]));
  });
});
