import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Regularizer } from '../kinds/regularizer.ts';
import { corePlugin } from '../plugin.ts';
import { onCpu, values, withCode } from '../test-helpers.ts';
import { regularizerContract } from '../testing/regularizer-contract.ts';
import { tf } from '../tf.ts';
import { elasticNet } from './elastic-net.ts';
import { hoyerSquare } from './hoyer-square.ts';
import { l1 } from './l1.ts';
import { l2 } from './l2.ts';

const gradient = (regularizer: Regularizer, ...p: number[]) => values(() => regularizer.gradient(tf.tensor1d(p)));
const penalty = (regularizer: Regularizer, ...p: number[]) => values(() => regularizer.penalty(tf.tensor1d(p)))[0];
const closeTo = (numbers: number[]) => numbers.map((n) => expect.closeTo(n, 5));

describe.each([
  ['l2', () => l2({ lambda: 0.3 })],
  ['l1', () => l1({ lambda: 0.3 })],
  ['elastic-net', () => elasticNet({ l1: 0.2, l2: 0.5 })],
  ['hoyer-square', () => hoyerSquare({ lambda: 0.3 })],
])('%s', (_, create) => {
  regularizerContract({ test }, create, { plugins: [corePlugin] });
});

describe('regularizers', () => {
  onCpu();

  it('l2 pulls in proportion', () => {
    expect(gradient(l2({ lambda: 0.5 }), 3, -4, 0)).toEqual([1.5, -2, 0]);
    expect(penalty(l2({ lambda: 0.5 }), 3, -4, 0)).toBe(6.25);
  });

  it('l1 pulls with the same force, and leaves 0 alone', () => {
    expect(gradient(l1({ lambda: 0.5 }), 3, -4, 0)).toEqual([0.5, -0.5, 0]);
    expect(penalty(l1({ lambda: 0.5 }), 3, -4, 0)).toBe(3.5);
  });

  it('elastic-net is both', () => {
    expect(gradient(elasticNet({ l1: 0.5, l2: 2 }), 3, -4, 0)).toEqual([6.5, -8.5, 0]);
    expect(penalty(elasticNet({ l1: 0.5, l2: 2 }), 3, -4, 0)).toBe(28.5);
  });

  it('hoyer-square pulls small weights down and pushes large ones up', () => {
    // Σ|p| = 7, Σp² = 25, r = 0.28: R = 49/25; 2·0.28·(1 − 0.84), −2·0.28·(1 − 1.12)
    expect(penalty(hoyerSquare({ lambda: 1 }), 3, -4, 0)).toBeCloseTo(1.96, 6);
    expect(gradient(hoyerSquare({ lambda: 1 }), 3, -4, 0)).toEqual(closeTo([0.0896, 0.0672, 0]));
    expect(gradient(hoyerSquare({ lambda: 0.5 }), 3, -4, 0)).toEqual(closeTo([0.0448, 0.0336, 0]));
  });

  it('hoyer-square counts nonzeros that are of one size', () => {
    for (const size of [1e-6, 1, 1e6]) expect(penalty(hoyerSquare({ lambda: 1 }), size, 0, -size, size, 0)).toBeCloseTo(3, 4);
  });

  it('hoyer-square leaves zeros, and a number alone, where they are', () => {
    expect(gradient(hoyerSquare({ lambda: 1 }), 0, 0)).toEqual([0, 0]);
    expect(penalty(hoyerSquare({ lambda: 1 }), 0, 0)).toBe(0);
    expect(gradient(hoyerSquare({ lambda: 1 }), -3)).toEqual([expect.closeTo(0, 6)]);
  });

  it('hoyer-square says nothing about the scale: its gradient is orthogonal to the parameter', () => {
    const parameters = fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(parameters, (p) => {
        fc.pre(p.some((value) => Math.abs(value) > 0.1));
        const pull = gradient(hoyerSquare({ lambda: 1 }), ...p);
        const along = pull.reduce((sum, value, i) => sum + value * (p[i] as number), 0);
        expect(along).toBeCloseTo(0, 3);
      }),
      { seed: 1 },
    );
  });

  it('need a coefficient from 0 up', () => {
    for (const options of [{}, { lambda: -1 }, { lambda: '1' }, { lambda: 1, other: 1 }] as never[]) {
      for (const create of [l1, l2, hoyerSquare]) expect(() => create(options)).toThrow(withCode('E_OPTIONS'));
    }
    expect(() => elasticNet({ l1: 1 } as never)).toThrow(withCode('E_OPTIONS'));
  });
});
