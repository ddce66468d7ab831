import * as z from 'zod';
import { uniform } from '../../allocations/uniform.ts';
import { definePlugin, definePruner } from '../../component.ts';
import type { Pruner } from '../../kinds/pruner.ts';
import { allocateCounts, type MaskState, updateMasks } from '../../masks/update-masks.ts';
import { sparsityOption } from '../../options.ts';
import { magnitude } from '../../scores/magnitude.ts';
import { tf } from '../../tf.ts';
import { masked, maskedStraightThrough } from '../../thresholded.ts';
import { type CreatePruner, prunerChecks } from '../pruner-contract.ts';
import { type Fault, type FaultTable, faultsOf } from './fault.ts';

// biome-ignore lint/suspicious/noExplicitAny: broken pruners keep whatever they like in their state.
export type Any = any;

/** The largest weights of each layer, found anew before every step: sound, unless `change` breaks it. */
export function reference(change: (sound: Pruner<MaskState>, sparsity: number) => Partial<Pruner<Any>> = () => ({})) {
  return definePruner<z.ZodObject, Any>({
    name: 'reference',
    summary: 'For these tests',
    options: z.strictObject({ sparsity: sparsityOption.default(0.5) }),
    create: ({ sparsity }) => {
      const update: Pruner<MaskState>['beforeStep'] = (layers) => {
        const kernels = layers.map(({ kernel }) => kernel);
        const counts = allocateCounts(kernels, { ...options, sparsity: sparsity as number });
        updateMasks(layers, options.score, counts);
      };
      const sound: Pruner<MaskState> = {
        sparsity: sparsity as number,
        init: (kernel) => ({ mask: tf.variable(tf.ones([...kernel.shape]), false) }),
        gradientsOf: 'nonzero',
        reparameterize: (weight, { mask }) => masked(weight, mask),
        beforeStep: update,
        calendar: (kernels) => calendarOf(kernels, sparsity as number),
      };
      return { ...sound, ...change(sound, sparsity as number) };
    },
  });
}
const calendarOf = (kernels: Parameters<typeof allocateCounts>[0], sparsity: number) => ({
  updates: Array.from({ length: 12 }, (_, step) => ({ step, fraction: 1 })),
  countsAt: () => allocateCounts(kernels, { ...options, sparsity }),
  dynamic: false,
});
const options = { allocation: uniform(), score: magnitude(), fraction: 1, rounding: 'total' } as const;

export const plugin = (factory: ReturnType<typeof reference>) => definePlugin({ name: 'tests', apiVersion: 1, components: [factory] });

/** Moves weights by what a closure counts. */
const drift = (weight: tf.Tensor, count: number) => weight.mul(1 + count / 1000);

const table: FaultTable<CreatePruner> = {
  'stops every gradient': [/^learns/, reference(() => ({ reparameterize: (weight: tf.Tensor) => weight.zerosLike() }))],
  'draws from Math.random': [
    /with the same seed/,
    reference(({ init }) => ({
      init: (kernel, context) => {
        kernel.weight.assign(kernel.weight.mul(Math.random()));
        return init(kernel, context);
      },
    })),
  ],
  'makes every run alike': [/with another seed/, reference(() => ({ reparameterize: (weight: tf.Tensor) => weight.zerosLike() }))],
  'counts its runs': [
    /from one run to the next/,
    reference(({ init, reparameterize }) => {
      let runs = 0;
      return {
        init: (kernel, context) => ({ ...init(kernel, context), runs: runs++ }),
        reparameterize: (weight, state, context) => drift(reparameterize(weight, state, context), state.runs),
      };
    }),
  ],
  'changes an option that all its runs share': [
    /from one run to the next/,
    (() => {
      const shared = { count: 0 };
      return reference(({ reparameterize, init }) => ({
        init: (kernel, context) => {
          shared.count++;
          return { ...init(kernel, context), count: shared.count };
        },
        reparameterize: (weight, state, context) => drift(reparameterize(weight, state, context), state.count),
      }));
    })(),
  ],
  'sets stored weights to 0 and lets momentum bring them back': [
    /whatever momentum/,
    reference(({ beforeStep }) => ({
      beforeStep(layers, context) {
        beforeStep?.(layers, context);
        for (const { kernel, state } of layers) kernel.weight.assign(kernel.weight.mul(state.mask));
      },
      reparameterize: (weight: tf.Tensor) => weight,
    })),
  ],
  'remembers layers by name outside of its state': [
    /two models at once/,
    reference(({ init, beforeStep }) => {
      const steps = new Map<string, number>();
      return {
        init: (kernel, context) => {
          steps.set(kernel.name, 0);
          return init(kernel, context);
        },
        beforeStep(layers, context) {
          beforeStep?.(layers, context);
          for (const { kernel } of layers) {
            const step = (steps.get(kernel.name) ?? 0) + 1;
            steps.set(kernel.name, step);
            kernel.weight.assign(drift(kernel.weight, step) as tf.Tensor);
          }
        },
      };
    }),
  ],
  'keeps a tensor at every step': [
    /leaks/,
    reference(({ beforeStep }) => ({
      beforeStep(layers, context) {
        beforeStep?.(layers, context);
        tf.keep(tf.scalar(context.step));
      },
    })),
  ],
  'keeps a tensor outside of its state': [
    /leaks/,
    reference(({ init }) => ({
      init: (kernel, context) => {
        tf.keep(tf.scalar(1));
        return init(kernel, context);
      },
    })),
  ],
  'computes otherwise each time it is asked': [
    /when it is finalized/,
    reference(({ reparameterize }) => {
      let calls = 0;
      return { reparameterize: (weight, state, context) => drift(reparameterize(weight, state, context), calls++) };
    }),
  ],
  'changes its mask in evaluation': [
    /when the model is evaluated/,
    reference(({ reparameterize }) => ({
      reparameterize(weight, state, context) {
        tf.tidy(() => state.mask.assign(weight.abs().greater(weight.abs().mean()).cast('float32')));
        return reparameterize(weight, state, context);
      },
    })),
  ],
  'prunes more whenever its weights are read': [
    /at the end what is pruned/,
    reference(({ reparameterize }) => {
      let reads = 0;
      return {
        reparameterize: (weight, state, context) => {
          const least = reads++ / 100;
          const isLarge = weight.dataSync().map((w) => (Math.abs(w) > least ? 1 : 0));
          return reparameterize(weight, state, context).mul(tf.tensor(isLarge, weight.shape));
        },
      };
    }),
  ],
  'has no number of parameters': [/reports every layer/, reference(() => ({ parameterCount: () => Number.NaN }))],
  'has a negative threshold': [/reports every layer/, reference(() => ({ threshold: () => tf.scalar(-1) }))],
  'keeps at least one weight in every layer': [
    /layer with one weight/,
    reference(() => ({
      beforeStep(layers, { step }) {
        const kernels = layers.map(({ kernel }) => kernel);
        const counts = allocateCounts(kernels, { ...options, sparsity: 0.9 });
        if (step === 0) updateMasks(layers as Any, options.score, new Map([...counts].map(([name, count]) => [name, Math.max(1, count)])));
      },
      sparsity: 0.9,
    })),
  ],
  'counts steps in a number of its state': [
    /from a checkpoint/,
    reference(({ init, beforeStep }) => ({
      init: (kernel, context) => ({ ...init(kernel, context), count: 0 }),
      beforeStep(layers, context) {
        if (layers.every(({ state }) => state.count++ % 5 === 0)) beforeStep?.(layers, context);
      },
    })),
  ],
  'uses gradients of which it says that it needs none': [
    /uses no gradient/,
    reference(() => ({
      gradientsOf: 'nonzero',
      reparameterize: (weight: tf.Tensor, { mask }: Any) => maskedStraightThrough(weight, mask),
    })),
  ],
  'updates its masks when its calendar says nothing of it': [
    /calendar/,
    reference((_, sparsity) => ({ calendar: (kernels) => ({ ...calendarOf(kernels, sparsity), updates: [] }) })),
  ],
  'leaves other numbers than its calendar says': [/calendar/, reference(() => ({ calendar: (kernels) => calendarOf(kernels, 0.7) }))],
  'keeps one weight too many': [
    /number of weights that it promises/,
    reference((sound, sparsity) => ({
      beforeStep(layers) {
        const counts = allocateCounts(
          layers.map(({ kernel }) => kernel),
          { ...options, sparsity },
        );
        const [first, ...rest] = [...counts] as [[string, number], ...[string, number][]];
        updateMasks(layers as Any, options.score, new Map([[first[0], first[1] + 1], ...rest]));
      },
      finish: sound.finish ?? (() => {}),
    })),
  ],
  ...Object.fromEntries(
    (['start equal', 'are rounded'] as const).map((when) => [
      `compares with a quantile, when weights ${when}`,
      [
        new RegExp(`weights ${when}`),
        reference((_, sparsity) => ({
          beforeStep(layers) {
            for (const { kernel, state } of layers) {
              const sorted = kernel.weight.abs().dataSync().toSorted();
              const quantile = sorted[Math.floor(sparsity * sorted.length)] as number;
              state.mask.assign(kernel.weight.abs().greater(quantile).cast('float32'));
            }
          },
        })),
      ] as [RegExp, CreatePruner],
    ]),
  ),
  'ignores the sparsity that is asked for': [/sparsity 0.5 means/, () => reference()({ sparsity: 0.7 })],
  'keeps one weight at least': [
    /sparsity 0.999 means/,
    reference(({ beforeStep }) => ({
      beforeStep(layers, context) {
        beforeStep?.(layers, context);
        for (const { state } of layers) if (state.mask.sum().dataSync()[0] === 0) state.mask.assign(tf.onesLike(state.mask));
      },
    })),
  ],
  'removes a weight even at sparsity 0': [
    /sparsity 0 means/,
    reference(({ beforeStep }) => ({
      beforeStep(layers, context) {
        beforeStep?.(layers, context);
        for (const { kernel, state } of layers) state.mask.assign(state.mask.mul(kernel.weight.less(kernel.weight.max())));
      },
    })),
  ],
};

const withOptions = (schema: z.ZodObject) =>
  definePruner<z.ZodObject, Any>({
    name: 'reference',
    summary: 'For these tests',
    options: schema,
    create: () => ({ init: () => ({}), reparameterize: (weight) => weight }),
  });
const percent = z
  .number()
  .default(0)
  .transform((value) => value / 100);

/** Factories whose options are broken, with what they are given. */
const ofOptions: FaultTable<readonly [factory: ReturnType<typeof reference>, given: Record<string, unknown>]> = {
  'takes an option for something else when it reads it from its spec': [
    /as JSON/,
    [withOptions(z.strictObject({ percent })), { percent: 50 }],
  ],
  'has an option whose value JSON does not know': [
    /as JSON/,
    [withOptions(z.strictObject({ limit: z.unknown() })), { limit: Number.POSITIVE_INFINITY }],
  ],
  'takes options that it does not know': [/does not know/, [withOptions(z.looseObject({})), {}]],
};

export const prunerFaults: readonly Fault[] = [
  ...faultsOf(table, (create) => prunerChecks(create)),
  ...faultsOf(ofOptions, ([factory, given]) => prunerChecks(() => factory(given), { plugins: [plugin(factory)] })),
];
