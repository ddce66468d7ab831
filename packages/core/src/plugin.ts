import { er } from './allocations/er.ts';
import { erk } from './allocations/erk.ts';
import { fromFile } from './allocations/from-file.ts';
import { fromRun } from './allocations/from-run.ts';
import { global } from './allocations/global.ts';
import { lamp } from './allocations/lamp.ts';
import { uniform } from './allocations/uniform.ts';
import { definePlugin } from './component.ts';
import { featherOperator } from './operators/feather.ts';
import { hard } from './operators/hard.ts';
import { soft } from './operators/soft.ts';
import { softRescaled } from './operators/soft-rescaled.ts';
import { elasticNet } from './regularizers/elastic-net.ts';
import { hoyerSquare } from './regularizers/hoyer-square.ts';
import { l1 } from './regularizers/l1.ts';
import { l2 } from './regularizers/l2.ts';
import { cubic } from './schedules/cubic.ts';
import { linear } from './schedules/linear.ts';
import { oneShot } from './schedules/one-shot.ts';
import { magnitude } from './scores/magnitude.ts';
import { globalQuantile } from './sources/global-quantile.ts';
import { topKThreshold } from './sources/top-k.ts';

/** The components that every method builds on. */
export const corePlugin = definePlugin({
  name: '@espalier/core',
  apiVersion: 1,
  components: [
    uniform,
    er,
    erk,
    global,
    lamp,
    fromFile,
    fromRun,
    oneShot,
    linear,
    cubic,
    magnitude,
    l2,
    l1,
    elasticNet,
    hoyerSquare,
    soft,
    softRescaled,
    hard,
    featherOperator,
    topKThreshold,
    globalQuantile,
  ],
});
