import * as z from 'zod';
import { component } from '../component.ts';
import type { Kernel, PrunedLayer } from '../kinds/pruner.ts';
import type { Schedule } from '../kinds/schedule.ts';
import type { Score } from '../kinds/score.ts';
import type { Thresholds } from '../kinds/threshold-source.ts';
import { firstOut, selectWithin } from '../masks/select-within.ts';
import { fractionDue, fractionInForce, updatesOf } from '../masks/update-times.ts';
import { cubic } from '../schedules/cubic.ts';
import { type Allowance, usesUp } from '../targets/allowance.ts';
import type { Target } from '../targets/target.ts';
import { tf } from '../tf.ts';
import { countsLeft, keepSurvivors } from './survivors.ts';
import { repeatOption, thresholdShape } from './threshold-shape.ts';

/** τ of one kernel between two updates. */
export interface HeldState {
  readonly threshold: tf.Variable;
}

/** Kernels whose weights are ranked together, and what of them may stay. */
export interface RankedGroup {
  readonly kernels: readonly Kernel[];
  readonly allowance: Allowance;
}

export interface HeldOptions {
  readonly schedule: Schedule;
  readonly every: number;
  readonly freeze: boolean;
  readonly hold: 'threshold' | 'set';
  readonly repeat: 'layer' | 'filter';
}

export interface Ranking {
  /** The groups when `fraction` of the way to the target is done. */
  groups(kernels: readonly Kernel[], fraction: number): readonly RankedGroup[];
  readonly score: Score;
  /** What the scores of a kernel are multiplied by before they are ranked, and its threshold is divided by. */
  scale(kernel: Kernel): number;
  /** True if the groups, or what each of their kernels keeps, depends on the values of the weights. */
  readonly dynamic: boolean;
  /** What is promised for the end. */
  readonly promise: Partial<Target>;
}

/** Options of the sources that rank weights now and then and hold the outcome in between. */
export const heldOptions = {
  schedule: component('schedule')
    .default(cubic({ end: 0.5 }))
    .describe('How the sparsity is approached'),
  every: z.int().positive().default(1).describe('Steps between updates'),
  freeze: z.boolean().default(false).describe('Leave the thresholds as they are once the target is reached'),
  hold: z
    .enum(['threshold', 'set'])
    .default('threshold')
    .describe('Between updates: "threshold" holds τ, so that weights may cross it; "set" holds which weights are left'),
  repeat: repeatOption,
};

/**
 * Thresholds by rank. Every `every` steps the largest scores of each group stay that there is room for, k of them, and until the next update
 *
 *   hold: 'threshold'   τ = the (k + 1)-th largest magnitude: as many weights are left as are larger by then
 *   hold: 'set'         τ_i = 0 for those that stay, the largest float for all others: exactly these are left, equal ones by position
 *
 * Shapes: τ is a scalar, `[1, …, filters]` with `repeat: 'filter'`, or the kernel's shape with `hold: 'set'`.
 */
export function heldThresholds({ schedule, every, freeze, hold, repeat }: HeldOptions, ranking: Ranking): Thresholds<HeldState> {
  const scoresOf = (kernel: Kernel) => scaled(ranking.score.of(kernel.weight), ranking.scale(kernel));
  const groupsOf = (layers: Layers, fraction: number) => {
    const groups = ranking.groups(
      layers.map(({ kernel }) => kernel),
      fraction,
    );
    return groups.map(({ kernels, allowance }) => ({ allowance, layers: layers.filter(({ kernel }) => kernels.includes(kernel)) }));
  };
  /** Ranks one group, moves its thresholds, and returns the masks of what stays. */
  const rank = (layers: Layers, allowance: Allowance): tf.Tensor[] => {
    const scores = layers.map(({ kernel }) => scoresOf(kernel));
    const masks = selectWithin(scores, allowance);
    const next = firstOut(scores, allowance) ?? 0;
    layers.forEach(({ kernel, state: { threshold } }, i) => {
      const held = hold === 'set' ? tf.sub(1, masks[i] as tf.Tensor).mul(LARGEST) : tf.fill(threshold.shape, next / ranking.scale(kernel));
      threshold.assign(held);
    });
    return masks;
  };
  const countsOf = ({ kernels, allowance }: RankedGroup): [string, number][] =>
    tf.tidy(() =>
      selectWithin(kernels.map(scoresOf), allowance).map((mask, i) => [
        (kernels[i] as Kernel).name,
        mask.cast('int32').sum().dataSync()[0] as number,
      ]),
    ) as [string, number][];
  const update = (layers: Layers, fraction: number) => {
    for (const group of groupsOf(layers, fraction)) rank(group.layers, group.allowance);
  };
  const times = { schedule, every, freeze };
  /** Whether `finish` ranks the weights once more. */
  const isRankedAtEnd = (totalSteps: number) =>
    hold === 'threshold' || !freeze || fractionInForce(times, totalSteps, totalSteps) !== schedule.at(1);

  return {
    ...ranking.promise,
    init: (kernel) => ({ threshold: tf.variable(tf.zeros(thresholdShape(kernel, hold === 'set' ? 'weight' : repeat)), false) }),
    threshold: (_, { threshold }) => threshold,
    beforeStep(layers, { step, totalSteps }) {
      const fraction = fractionDue(times, step, totalSteps);
      if (fraction !== undefined) update(layers, fraction);
    },
    finish(layers, { totalSteps, operator }) {
      const fraction = schedule.at(1);
      if (!isRankedAtEnd(totalSteps)) return;
      if (hold === 'set') return update(layers, fraction);
      for (const group of groupsOf(layers, fraction)) {
        const left = countsLeft(group.layers, ({ kernel, state }) => operator.apply(kernel.weight, state.threshold));
        const sizes = group.layers.map(({ kernel }) => kernel.size);
        if (usesUp(group.allowance, left, sizes)) continue;
        const masks = rank(group.layers, group.allowance);
        group.layers.forEach(({ kernel, state: { threshold: variable } }, i) => {
          keepSurvivors(kernel.weight, masks[i] as tf.Tensor, { variable, threshold: (held) => held, operator, zero: 'intruders' });
        });
      }
    },
    calendar: (kernels, { totalSteps }) => ({
      updates: updatesOf(times, totalSteps, isRankedAtEnd(totalSteps) ? schedule.at(1) : undefined),
      countsAt: (fraction) => new Map(ranking.groups(kernels, fraction).flatMap(countsOf)),
      dynamic: ranking.dynamic,
    }),
    ...(hold === 'threshold' ? { reported: ({ threshold }) => threshold } : {}),
  };
}

// --- helpers ---

type Layers = readonly PrunedLayer<HeldState>[];

/** A threshold that no finite weight exceeds. */
const LARGEST = 2 ** 128 - 2 ** 104;

const scaled = (scores: tf.Tensor, scale: number): tf.Tensor => (scale === 1 ? scores : scores.mul(scale));
