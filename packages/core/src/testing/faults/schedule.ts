import * as z from 'zod';
import { defineSchedule } from '../../component.ts';
import { scheduleChecks } from '../schedule-contract.ts';
import { type FaultTable, faultsOf } from './fault.ts';

const schedule = (at: (progress: number) => number) =>
  defineSchedule({ name: 'reference', summary: 'For these tests', options: z.strictObject({}), create: () => ({ at }) })();
let calls = 0;

const table: FaultTable<(progress: number) => number> = {
  overshoots: [/within/, (p: number) => 1.01 * p],
  'is not a number at the start': [/within/, (p: number) => (p * 0.5) / p],
  'comes back': [/never falls/, (p: number) => (p > 0.5 && p < 1 ? 0.4 : p)],
  'stops short of the target': [/reaches 1/, (p: number) => 0.999 * p],
  'counts its calls': [/whenever/, (p: number) => Math.min(1, p * (1 + 1e-9 * calls++))],
};

export const scheduleFaults = faultsOf(table, (at) => scheduleChecks(() => schedule(at)));
