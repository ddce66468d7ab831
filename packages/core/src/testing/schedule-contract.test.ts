import { describe, expect, it, test } from 'vitest';
import * as z from 'zod';
import { defineSchedule } from '../component.ts';
import { cubic } from '../schedules/cubic.ts';
import { linear } from '../schedules/linear.ts';
import { oneShot } from '../schedules/one-shot.ts';
import { failures } from '../test-helpers.ts';
import { scheduleChecks, scheduleContract } from './schedule-contract.ts';

const schedule = (at: (progress: number) => number) =>
  defineSchedule({ name: 'reference', summary: 'For these tests', options: z.strictObject({}), create: () => ({ at }) })();
let calls = 0;

describe.each([cubic, linear, oneShot])('the schedule $definition.name', (factory) => {
  scheduleContract({ test }, () => factory());
});

describe('scheduleChecks', () => {
  it.each([
    ['overshoots', /within/, (p: number) => 1.01 * p],
    ['is not a number at the start', /within/, (p: number) => (p * 0.5) / p],
    ['comes back', /never falls/, (p: number) => (p > 0.5 && p < 1 ? 0.4 : p)],
    ['stops short of the target', /reaches 1/, (p: number) => 0.999 * p],
    ['counts its calls', /whenever/, (p: number) => Math.min(1, p * (1 + 1e-9 * calls++))],
  ] as const)('find one that %s', async (_, check, at) => {
    expect(await failures(scheduleChecks(() => schedule(at)))).toContainEqual(expect.stringMatching(check));
  });
});
