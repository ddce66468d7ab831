import { pairedBySeed, type Sample } from './samples.ts';
import { confidenceInterval, mean } from './statistics.ts';
import type { Footnote } from './table.ts';

/** What competes for being the best: the values of a cell, and the text that stands for them. */
export interface Contestant {
  readonly samples: readonly Sample[];
  readonly text: string;
  /** Whether all of its runs finished. */
  readonly complete: boolean;
}

/**
 * The contestant with the best mean, if the difference to each rival, paired by seed, has a 95 % confidence interval that excludes 0;
 * otherwise none. So nothing is best with one seed, alone, beside a rival that is written with the same text, or if a run of its own
 * failed or is missing, since the others could owe their lead to that.
 *
 * Every interval has to exclude 0, so naming one best needs no correction for the number of rivals: the larger it is, the harder.
 */
export function bestOf<C extends Contestant>(contestants: readonly C[], direction: 'higher' | 'lower'): C | undefined {
  const sign = direction === 'higher' ? 1 : -1;
  const present = contestants.filter(({ samples }) => samples.length > 0);
  const score = ({ samples }: Contestant) => sign * mean(samples.map(({ value }) => value));
  const [first, ...rivals] = present.sort((a, b) => score(b) - score(a));
  if (!first?.complete || !rivals.length) return undefined;
  return rivals.every((rival) => first.text !== rival.text && isAhead(first, rival, sign)) ? first : undefined;
}

/** What bold means in a table, or why nothing is bold; nothing where nothing competes. */
export function bestNotes(contests: readonly (readonly Contestant[])[], found: boolean, among: string): Footnote[] {
  const real = contests.filter((contest) => contest.filter(({ samples }) => samples.length > 0).length > 1);
  if (!real.length) return [];
  if (found) {
    return [
      { best: true, text: `the best mean ${among}, where its difference to every other, paired by seed, has a 95 % interval without 0.` },
    ];
  }
  const seeds = Math.max(...real.flat().map(({ samples }) => samples.length));
  return [
    {
      text:
        seeds < 2
          ? 'No value is marked as the best: with one seed a difference can’t be told from chance.'
          : `No value is marked as the best ${among}: none is ahead of every other by a difference, paired by seed, whose 95 % interval excludes 0, with all of its runs finished.`,
    },
  ];
}

// --- helpers ---

function isAhead(first: Contestant, rival: Contestant, sign: number): boolean {
  const interval = confidenceInterval(pairedBySeed(first.samples, rival.samples).map(({ value }) => sign * value));
  return interval !== undefined && interval[0] > 0;
}
