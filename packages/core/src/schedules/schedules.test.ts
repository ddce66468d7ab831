import { describe, expect, it } from 'vitest';
import type { Schedule } from '../kinds/schedule.ts';
import { withCode } from '../test-helpers.ts';
import { cubic } from './cubic.ts';
import { linear } from './linear.ts';
import { oneShot } from './one-shot.ts';

const at = (schedule: Schedule, ...progress: number[]) => progress.map((p) => schedule.at(p));

describe('oneShot', () => {
  it('jumps to the target where it is told', () => {
    expect(at(oneShot(), 0, 0.4999, 0.5, 1)).toEqual([0, 0, 1, 1]);
    expect(at(oneShot({ at: 0 }), 0, 1)).toEqual([1, 1]);
  });
});

describe('linear', () => {
  it('rises in proportion between start and end', () => {
    expect(at(linear({ start: 0.25, end: 0.75 }), 0, 0.25, 0.375, 0.5, 0.75, 1)).toEqual([0, 0, 0.25, 0.5, 1, 1]);
  });
});

describe('cubic', () => {
  it('rises fast at first, slowly at the end', () => {
    expect(at(cubic({ start: 0, end: 1 }), 0, 0.5, 1)).toEqual([0, 0.875, 1]);
    expect(at(cubic(), 0, 0.25, 0.5, 0.75)).toEqual([0, 0.875, 1, 1]);
  });

  it('is the schedule of the official GMP code: 20 epochs dense, 60 of pruning, of 100', () => {
    const schedule = cubic({ start: 0.2, end: 0.8 });
    const sparsity = [20, 21, 30, 40, 50, 60, 70, 79].map((epoch) => 0.9 * schedule.at(epoch / 100));
    const expected = [0, 0.04425416667, 0.3791666667, 0.6333333333, 0.7875, 0.8666666667, 0.8958333333, 0.8999958333];
    expect(sparsity).toEqual(expected.map((n) => expect.closeTo(n, 9)));
  });
});

describe('a ramp', () => {
  it('starts before it ends', () => {
    expect(() => linear({ start: 0.5, end: 0.5 })).toThrow(withCode('E_OPTIONS'));
    expect(() => cubic({ start: 0.6 })).toThrow(withCode('E_OPTIONS'));
    expect(() => cubic({ end: 1.1 })).toThrow(withCode('E_OPTIONS'));
    expect(() => oneShot({ at: 1 })).toThrow(withCode('E_OPTIONS'));
  });
});
