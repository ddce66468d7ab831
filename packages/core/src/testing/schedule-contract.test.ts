import { describe, test } from 'vitest';
import { cubic } from '../schedules/cubic.ts';
import { linear } from '../schedules/linear.ts';
import { oneShot } from '../schedules/one-shot.ts';
import { scheduleContract } from './schedule-contract.ts';

describe.each([cubic, linear, oneShot])('the schedule $definition.name', (factory) => {
  scheduleContract({ test }, () => factory());
});
