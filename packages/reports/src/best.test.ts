import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestNotes, bestOf, type Contestant } from './best.ts';
import { percent } from './format.ts';
import { mean } from './statistics.ts';

const contestant = (values: readonly number[], complete = true): Contestant => ({
  samples: values.map((value, seed) => ({ seed, value, runs: [] })),
  text: percent(mean(values)),
  complete,
});

describe('bestOf', () => {
  // differences 0.010, 0.012, 0.014: 0.012 ± 4.30265 · 0.002 / √3 = 0.012 ± 0.00497
  const rival = contestant([0.96, 0.961, 0.962]);
  const ahead = contestant([0.97, 0.973, 0.976]);
  // differences 0, 0.012, 0.024: 0.012 ± 4.30265 · 0.012 / √3 = 0.012 ± 0.0298
  const unsteady = contestant([0.96, 0.973, 0.986]);

  it('is the one whose every interval excludes 0', () => {
    expect(bestOf([rival, ahead], 'higher')).toBe(ahead);
    expect(bestOf([rival, ahead], 'lower')).toBe(rival);
    expect(bestOf([rival, unsteady], 'higher')).toBeUndefined();
    expect(bestOf([rival, ahead, contestant([0.97, 0.9729, 0.9758])], 'higher')).toBeUndefined();
  });

  it('is paired by seed: what all have in common does not count', () => {
    const hard = [0, 0.05, -0.05];
    const shifted = (by: number) => contestant(hard.map((change, seed) => 0.9 + change + by + 0.0001 * seed * by));
    const upper = shifted(0.01);
    expect(bestOf([shifted(0), upper], 'higher')).toBe(upper);
  });

  it('is nobody alone, with a tie in text, incomplete, or with one seed in common', () => {
    expect(bestOf([ahead], 'higher')).toBeUndefined();
    expect(bestOf([ahead, contestant([])], 'higher')).toBeUndefined();
    expect(bestOf([contestant([0.9, 0.9, 0.9]), contestant([0.90001, 0.90001, 0.90001])], 'higher')).toBeUndefined();
    expect(bestOf([rival, { ...ahead, complete: false }], 'higher')).toBeUndefined();
    expect(bestOf([contestant([0.5]), ahead], 'higher')).toBeUndefined();
  });

  const value = fc.double({ min: 0, max: 1, noNaN: true });
  it('is nobody with one seed, ever', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 6 }), (values) => {
        expect(
          bestOf(
            values.map((one) => contestant([one])),
            'higher',
          ),
        ).toBeUndefined();
      }),
    );
  });

  it('does not depend on the order of rows or runs', () => {
    fc.assert(
      fc.property(fc.array(fc.array(value, { minLength: 3, maxLength: 3 }), { minLength: 2, maxLength: 4 }), (rows) => {
        const contestants = rows.map((values) => contestant(values));
        const turned = contestants.map((one) => ({ ...one, samples: [...one.samples].reverse() })).reverse();
        expect(bestOf(turned, 'higher')?.text).toBe(bestOf(contestants, 'higher')?.text);
      }),
    );
  });

  it('says what bold means, or why there is none', () => {
    const text = (contests: Contestant[][], found: boolean) => bestNotes(contests, found, 'of all').map((note) => [note.best, note.text]);
    expect(text([[rival, ahead]], true)).toEqual([[true, expect.stringContaining('the best mean of all')]]);
    expect(text([[rival, unsteady]], false)).toEqual([[undefined, expect.stringContaining('No value is marked')]]);
    expect(text([[contestant([0.1]), contestant([0.2])]], false)).toEqual([[undefined, expect.stringContaining('with one seed')]]);
    expect(text([[ahead], []], false)).toEqual([]);
  });
});
