import {
  type Allowance,
  allocateCounts,
  allowanceOf,
  component,
  cubic,
  defineThresholdSource,
  EspalierError,
  firstOut,
  fractionDue,
  global,
  magnitude,
  type PrunedLayer,
  selectWithin,
  tf,
  toTarget,
  updatesOf,
} from '@espalier/core';
import * as z from 'zod';

/** What is trained beside each weight; the kernel's shape. */
export interface MaskParameterState {
  readonly m: tf.Variable;
}

/** Options that the pruner `autoprune` has too. */
export const maskParameterOptions = {
  variant: z.enum(['linear', 'leaky', 'softplus']).default('softplus').describe("The slope h' that stands for that of the step 1{m > 0}"),
  c: z.number().gt(0).lt(1).optional().describe('Variant leaky: slope where m < 0; 0.1 if left out'),
  lambda: z.number().min(0).optional().describe('Free-running: weight of the penalty that lowers every m'),
  schedule: component('schedule')
    .default(cubic({ end: 0.5 }))
    .describe('How the sparsity is approached'),
  every: z.int().positive().default(5).describe('Steps between corrections'),
};

/** For `refine`. */
export const cBelongsToLeaky = [
  ({ variant, c }: { variant: string; c?: number | undefined }): boolean => c === undefined || variant === 'leaky',
  { message: 'c belongs to variant: "leaky"' },
] as const;

/**
 * A parameter m of its own beside each weight, trained with it, says whether the weight stays: `m > 0`.
 *
 *   τ = |W| − m, so that a = |W| − τ = m        ∂τ/∂m = −1        no gradient to W
 *   penalty  λ·Σ H(m),  H' = h'                 linear: m · leaky: max(m, c·m) · softplus: ln(1 + e^m)
 *
 * Where |W| − m would round to |W| although m > 0, τ is the float below |W|: a weight stays exactly where m > 0. For operators that look at
 * 1{|W| > τ} only, `hard` above all: τ is negative where m > |W|.
 *
 * m starts at |W|. On a budget λ is solved for: every `every` steps one number is taken from every m, so that the scheduled share of them
 * is positive; at the end exactly k are, equal ones by position.
 *
 * Shapes: m and τ have the kernel's.
 *
 * @throws `E_OPTIONS` if `lambda` meets a sparsity, or neither is given.
 */
export const maskParameter = defineThresholdSource({
  name: 'mask-parameter',
  summary: 'A trained parameter beside each weight says whether it stays (AutoPrune)',
  options: z.strictObject(maskParameterOptions).refine(...cBelongsToLeaky),
  create: ({ variant, c = 0.1, lambda, schedule, every }) => ({
    towards(given) {
      const target = toTarget(given);
      if (target !== null && lambda !== undefined) throw freeOnly();
      if (target === null && lambda === undefined) throw lambdaMissing();
      const times = { schedule, every, freeze: false };
      const count = { linear: (m: tf.Tensor) => m, leaky: (m: tf.Tensor) => m.maximum(m.mul(c)), softplus: tf.softplus<tf.Tensor> }[
        variant
      ];
      return {
        ...target,
        stateDecay: 0,

        init: ({ weight }): MaskParameterState => ({ m: tf.variable(weight.abs()) }),

        threshold: (weight, { m }) => thresholdOf(weight, m),

        ...(lambda === undefined
          ? {}
          : { penalty: (layers: Layers) => tf.addN(layers.map(({ state: { m } }) => count(m).sum())).mul(lambda) as tf.Scalar }),

        beforeStep(layers, { step, totalSteps }) {
          const fraction = fractionDue(times, step, totalSteps);
          if (target === null || fraction === undefined) return;
          const allowance = allowanceOf(kernelsOf(layers), target, fraction);
          shift(layers, firstOut(scores(layers), allowance));
        },

        ...(target === null
          ? {}
          : {
              calendar: (kernels, { totalSteps }) => ({
                updates: updatesOf(times, totalSteps, 1),
                // Every m starts at |W|.
                countsAt: (fraction) => allocateCounts(kernels, { ...target, ...BY_MAGNITUDE, fraction }),
                dynamic: true,
              }),
            }),

        finish(layers) {
          if (target !== null) makeExact(layers, allowanceOf(kernelsOf(layers), target));
        },
      };
    },
  }),
});

// --- helpers ---

const BY_MAGNITUDE = { allocation: global(), score: magnitude(), rounding: 'total' } as const;

type Layers = readonly PrunedLayer<MaskParameterState>[];

/** The smallest m of a weight that stays. */
const SMALLEST = 2 ** -100;

/** The factor that takes a float to one of those just below it. */
const BELOW = 1 - 2 ** -23;

/** τ = |W| − m, below |W| wherever m > 0; constant in W. */
function thresholdOf(weight: tf.Tensor, m: tf.Tensor): tf.Tensor {
  const magnitudes = weight.abs();
  const op = tf.customGrad(((own: tf.Tensor) => {
    const difference = magnitudes.sub(own);
    return {
      value: tf.where(own.greater(0), difference.minimum(magnitudes.mul(BELOW)), difference),
      gradFunc: (upstream: tf.Tensor) => upstream.neg(),
    };
  }) as Parameters<typeof tf.customGrad>[0]);
  return op(m);
}

const kernelsOf = (layers: Layers) => layers.map(({ kernel }) => kernel);

/** m, and −∞ for a weight that is 0: it can't be one of those that are left. */
const scores = (layers: Layers): tf.Tensor[] =>
  layers.map(({ kernel, state: { m } }) => tf.where(kernel.weight.notEqual(0), m, tf.fill([...kernel.shape], Number.NEGATIVE_INFINITY)));

function shift(layers: Layers, by: number | undefined): void {
  if (by !== undefined && by !== Number.NEGATIVE_INFINITY) for (const { state } of layers) state.m.assign(state.m.sub(by));
}

function makeExact(layers: Layers, allowance: Allowance): void {
  const ranked = scores(layers);
  const masks = selectWithin(ranked, allowance);
  shift(layers, firstOut(ranked, allowance));
  layers.forEach(({ state: { m } }, i) => {
    const mask = (masks[i] as tf.Tensor).cast('bool');
    m.assign(tf.where(mask, m.maximum(SMALLEST), m.minimum(0)));
  });
}

const freeOnly = () =>
  new EspalierError(
    'E_OPTIONS',
    'threshold-source "mask-parameter": lambda lets the sparsity fall out by itself. Give it with sparsity: null.',
  );

const lambdaMissing = () => new EspalierError('E_OPTIONS', 'threshold-source "mask-parameter": sparsity: null runs free and needs lambda.');
