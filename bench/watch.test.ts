import { describe, expect, it } from 'vitest';
import { measureTurns, type Side } from './measure.ts';
import { watchMachine } from './watch.ts';

/** A machine whose clock goes on by 100 ms at every look, of which other programs take these shares. */
function machine(shares: readonly number[]) {
  let [looks, time, busy] = [0, 0, 0];
  return {
    now: () => time,
    processorTime: async () => {
      if (looks > 0) {
        time += 1000;
        busy += 1000 * ((shares[Math.floor((looks - 1) / 2)] ?? 0) * (looks % 2)) + 500;
      }
      looks++;
      return { busy, own: 500 * (looks - 1) };
    },
  };
}

const side = (name: string, turns: string[]): Side => ({ name, run: () => turns.push(name) });

describe('watchMachine', () => {
  it('tells a disturbed stretch from a quiet one', async () => {
    const watch = watchMachine(machine([0.05, 0.5, 0]));
    const seen: boolean[] = [];
    for (let i = 0; i < 3; i++) seen.push(await (await watch.begin())());
    expect(seen).toEqual([false, true, false]);
    expect(watch.summary()).toBe('Other programs took 3 % of one core in the rounds that count; 1 disturbed rounds were done again.');
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
