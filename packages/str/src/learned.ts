import {
  allocateCounts,
  allowanceOf,
  component,
  cubic,
  defineThresholdSource,
  EspalierError,
  evenAllowance,
  fractionDue,
  global,
  magnitude,
  type PrunedLayer,
  readFloats,
  type Target,
  type ThresholdFunction,
  tf,
  thresholdShape,
  toTarget,
  updatesOf,
} from '@espalier/core';
import * as z from 'zod';
import { type ControlledState, controlled } from './controls.ts';
import { makeExactWithin, NEAREST_S, openThresholds, type StrState, scaleWithin, sideOf } from './exact-budget.ts';
import { sigmoid } from './threshold-functions/sigmoid.ts';

/** Where every threshold starts on an exact budget: hardly visible. The first correction moves it anyway. */
const FIRST_THRESHOLD = 1e-3;

/** Where s starts with control: 'freeze'. */
const FREE_S = -50;

/** Options that `str` has too. */
export const learnedOptions = {
  g: component('threshold-function').default(sigmoid()).describe('From s to the threshold'),
  granularity: z.enum(['layer', 'filter', 'weight', 'global']).default('layer').describe('Weights that share a threshold'),
  schedule: component('schedule')
    .default(cubic({ end: 0.5 }))
    .describe('How the sparsity is approached'),
  every: z.int().positive().default(5).describe('Steps between corrections; above 10 accuracy suffers'),
  decay: z
    .union([z.literal('shared'), z.number().min(0)])
    .optional()
    .describe('L2 on s. Free-running, "shared", the default, is that of the weights. Default 0.015 with feedback, 0.03 with freeze'),
  control: z
    .enum(['scale', 'feedback', 'freeze'])
    .default('scale')
    .describe('How a target is met: by scaling every s, by feedback on λ, or free-running until it is reached'),
  proportional: z.number().min(0).optional().describe('Feedback: gain of the error, 20 if left out'),
  integral: z.number().min(0).optional().describe('Feedback: gain of the sum of errors, 0.5 if left out'),
  allocation: component('allocation').optional().describe('Who says how sparse each layer is; default: the thresholds learn it'),
};

/**
 * Thresholds that are trained with the weights: τ = g(s), with ∂L/∂s = g'(s)·∂L/∂τ.
 *
 * On a budget, λ on s is 0, and every `every` steps all s are multiplied by one common factor, so that the scheduled share of all weights
 * survives (`scaleToSparsity`); `finish` makes the count exact to the weight. Without one, `sInit` and `decay` say what comes out.
 *
 * With another `control` λ does it, as in the paper, and only the end is exact (`controlled`): `feedback` moves λ towards the schedule,
 * `freeze` lets s run free from `sInit` (default −50) with `decay` until the target is reached. Both need their λ tuned; scaling doesn't.
 *
 * With an `allocation` each layer's s has a factor of its own, so that as many of its weights survive as the allocation says, at every
 * correction and at the end. What is learned is then which weights these are, and within a layer how its filters or weights differ.
 *
 * Shapes: s is a scalar per layer, `[1, …, filters]` per filter (depthwise: `[1, 1, channels, multiplier]`), the kernel's shape per weight,
 * one scalar for all.
 *
 * @throws `E_OPTIONS` if `sInit` or `decay` meets a sparsity, or neither a sparsity nor `sInit` is given; if an `allocation` meets
 * `sparsity: null` or one s for all layers.
 * @example learned({ g: exp(), granularity: 'filter' })
 * @see Kusupati et al., ICML 2020, https://arxiv.org/abs/2002.03231
 */
export const learned = defineThresholdSource({
  name: 'learned',
  summary: 'g(s) with a trained s: on an exact budget, or free-running (STR)',
  options: z.strictObject({ ...learnedOptions, sInit: z.number().optional().describe('Free-running: s at the start') }),
  create: ({ g, granularity, schedule, every, sInit, decay, allocation, control, proportional, integral }) => ({
    towards(given) {
      const target = toTarget(given);
      if (allocation && target === null) throw allocationOnly('sparsity: null lets the budget fall out by itself');
      if (allocation && granularity === 'global') throw allocationOnly('granularity "global" has one s for all layers');
      const problem = controlProblem({ control, free: target === null, allocation, g, sInit, decay, proportional, integral });
      if (problem) throw new EspalierError('E_OPTIONS', `threshold-source "learned": ${problem}.`);
      if (target === null && sInit === undefined) throw startMissing();
      const times = { schedule, every, freeze: false };
      const gains = { proportional: proportional ?? 20, integral: integral ?? 0.5 };
      const lambda = typeof decay === 'number' ? decay : control === 'feedback' ? 0.015 : 0.03;
      const own =
        target === null || control === 'scale' ? undefined : controlled({ control, g, schedule, every, decay: lambda, ...gains }, target);
      const start = sInit ?? (control === 'freeze' ? FREE_S : undefined);
      return {
        ...target,
        ...(target === null ? (typeof decay === 'number' ? { stateDecay: decay } : {}) : { stateDecay: control === 'freeze' ? lambda : 0 }),

        init(kernel, { shared }): StrState {
          const newS = () => {
            const shape = granularity === 'global' ? [] : thresholdShape(kernel, granularity);
            return tf.variable(tf.fill(shape, start ?? firstS()));
          };
          const state = { s: granularity === 'global' ? shared('s', newS) : newS() };
          return own ? own.addTo(state, shared) : state;
        },

        threshold: (_, { s }) => g.value(s),

        beforeStep(layers, context) {
          if (own) return own.beforeStep?.(layers as readonly PrunedLayer<ControlledState>[], context);
          const fraction = fractionDue(times, context.step, context.totalSteps);
          if (target === null || fraction === undefined) return;
          if (!allocation) return scaleWithin(layers, g, allowanceOf(kernelsOf(layers), target, fraction));
          for (const { layer, keep } of allocated(layers, fraction)) {
            if (keep < layer.kernel.size) scaleWithin([layer], g, evenAllowance(1, keep));
            else openThresholds([layer], g);
          }
        },

        finish(layers, { operator }) {
          if (target === null) return;
          own?.restoreFrozen(layers as readonly PrunedLayer<ControlledState>[], operator);
          if (!allocation) makeExactWithin(layers, g, allowanceOf(kernelsOf(layers), target), operator);
          else for (const { layer, keep } of allocated(layers, 1)) makeExactWithin([layer], g, evenAllowance(1, keep), operator);
        },

        ...(own?.penalty ? { penalty: (layers) => own.penalty?.(layers as readonly PrunedLayer<ControlledState>[]) as tf.Scalar } : {}),
        ...(target === null
          ? { thresholdAfter: (decayed) => readFloats(() => g.value(tf.scalar((sInit as number) * Math.exp(-decayed))))[0] as number }
          : own
            ? {}
            : {
                calendar: (kernels, { totalSteps }) => ({
                  updates: updatesOf(times, totalSteps, 1),
                  // All s start equal, so the first correction ranks by magnitude; without an allocation the layers' shares are learned.
                  countsAt: (fraction) =>
                    allocateCounts(kernels, {
                      ...target,
                      allocation: allocation ?? global(),
                      score: magnitude(),
                      rounding: 'total',
                      fraction,
                    }),
                  dynamic: allocation ? (allocation.dynamic ?? false) : true,
                }),
                thresholdLimit: () => limitOf(g),
              }),

        reported: ({ s }) => g.value(s).relu(),
      };

      function firstS(): number {
        const side = sideOf(g);
        const s = g.inverse(tf.scalar(FIRST_THRESHOLD)).dataSync()[0] as number;
        return side * Math.max(side * NEAREST_S[side], side * s);
      }

      function allocated(layers: readonly PrunedLayer<StrState>[], fraction: number) {
        const rule = { allocation: allocation as NonNullable<typeof allocation>, score: magnitude(), rounding: 'total' } as const;
        const counts = allocateCounts(kernelsOf(layers), { ...rule, ...(target as Target), fraction });
        return layers.map((layer) => ({ layer, keep: counts.get(layer.kernel.name) ?? layer.kernel.size }));
      }
    },
  }),
});

// --- helpers ---

const kernelsOf = (layers: readonly PrunedLayer<StrState>[]) => layers.map(({ kernel }) => kernel);

/** Scaling keeps s on its side of 0. */
function limitOf(g: ThresholdFunction): number {
  return sideOf(g) < 0 ? (readFloats(() => g.value(tf.scalar(NEAREST_S[-1])))[0] as number) : g.range[1];
}

/** What makes no sense together about how a target is met, if anything. */
export function controlProblem(o: ControlGiven): string | undefined {
  if (o.free && o.control !== 'scale') return `control: "${o.control}" leads to a target, and sparsity: null has none`;
  if ((o.proportional ?? o.integral) !== undefined && (o.free || o.control !== 'feedback'))
    return 'proportional and integral belong to control: "feedback"';
  if (o.free) return undefined;
  if (o.control === 'scale') {
    return o.sInit === undefined && o.decay === undefined
      ? undefined
      : 'sInit and decay let the sparsity fall out by itself: give them with sparsity: null, or leave them out';
  }
  if (o.allocation) return `control: "${o.control}" moves all layers together, so no allocation can say how sparse each is`;
  if (sideOf(o.g) > 0) return `control: "${o.control}" lets decay raise thresholds, which this g only does below 0`;
  if (o.control === 'feedback' && o.sInit !== undefined) return 'control: "feedback" starts s itself: leave sInit out';
  if (o.decay === 'shared') return `control: "${o.control}" needs a λ of its own: give decay as a number`;
  return undefined;
}

interface ControlGiven {
  readonly control: 'scale' | 'feedback' | 'freeze';
  readonly free: boolean;
  readonly allocation?: unknown;
  readonly g: ThresholdFunction;
  readonly sInit?: number | undefined;
  readonly decay?: number | 'shared' | undefined;
  readonly proportional?: number | undefined;
  readonly integral?: number | undefined;
}

const allocationOnly = (why: string) =>
  new EspalierError(
    'E_OPTIONS',
    `threshold-source "learned": ${why}, so no allocation can say how sparse each layer is. Leave one of the two out.`,
  );

const startMissing = () => new EspalierError('E_OPTIONS', 'threshold-source "learned": sparsity: null runs free and needs sInit.');
