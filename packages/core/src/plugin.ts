import { erk } from './allocations/erk.ts';
import { global } from './allocations/global.ts';
import { uniform } from './allocations/uniform.ts';
import { definePlugin } from './component.ts';
import { hard } from './operators/hard.ts';
import { soft } from './operators/soft.ts';
import { cubic } from './schedules/cubic.ts';
import { linear } from './schedules/linear.ts';
import { oneShot } from './schedules/one-shot.ts';
import { magnitude } from './scores/magnitude.ts';

/** The components that every method builds on. */
export const corePlugin = definePlugin({
  name: '@espalier/core',
  apiVersion: 1,
  components: [uniform, erk, global, oneShot, linear, cubic, magnitude, soft, hard],
});
