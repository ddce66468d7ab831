import { describe, expect, it } from 'vitest';
import { measureTurns, type Side } from './measure.ts';
import { watchMachine } from './watch.ts';

/** A machine of which other programs take these shares of one core, in stretches of a second; own work takes a half. */
function machine(shares: readonly number[]) {
  let [looks, time, busy, own] = [0, 0, 0, 0];
  return {
    now: () => time,
    processorTime: async () => {
      if (looks++ % 2 === 1) {
        time += 1000;
        own += 500;
        busy += 500 + 1000 * (shares[looks / 2 - 1] as number);
      }
      return { busy, own };
    },
  };
}

const side = (name: string, turns: string[]): Side => ({ name, run: () => turns.push(name) });

describe('watchMachine', () => {
  it('tells a disturbed stretch from a quiet one', async () => {
    const watch = watchMachine(machine([0.08, 0.5, 0]));
    const seen: boolean[] = [];
    for (let i = 0; i < 3; i++) seen.push(await (await watch.begin())());
    expect(seen).toEqual([false, true, false]);
    expect(watch.lap()).toBeCloseTo(0.04);
    expect(watch.lap()).toBe(0);
    expect(watch.summary()).toBe('Other programs took 4 % of one core in the rounds that count; 1 disturbed rounds were done again.');
  });

  it('gives up when its patience is spent', async () => {
    const watch = watchMachine({ ...machine([1, 1, 1]), patience: 2 });
    const seen: boolean[] = [];
    for (let i = 0; i < 3; i++) seen.push(await (await watch.begin())());
    expect(seen).toEqual([true, true, false]);
  });

  it('makes a disturbed round be done again', async () => {
    const turns: string[] = [];
    const verdicts = [false, true, false, false];
    const watch = { untilQuiet: async () => {}, begin: async () => async () => verdicts.shift() ?? false };
    const times = await measureTurns([side('a', turns), side('b', turns)], { warmUp: 0, rounds: 1, steps: 1 }, watch);
    expect(turns.join('')).toBe('aabbaabb');
    expect([...times.values()]).toEqual([[6], [8]]);
  });
});
