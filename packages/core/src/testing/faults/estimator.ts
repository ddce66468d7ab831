import * as z from 'zod';
import { defineEstimator, definePlugin } from '../../component.ts';
import type { SubgradientEstimator } from '../../kinds/estimator.ts';
import { tf } from '../../tf.ts';
import { sumToShape } from '../../thresholded.ts';
import { estimatorChecks } from '../estimator-contract.ts';
import { type FaultTable, faultsOf } from './fault.ts';

/** The operator's own sub-gradient. */
export const sound: SubgradientEstimator = {
  backward({ upstream, weight, threshold, effective, operator }) {
    const derivatives = operator.derivatives(weight, threshold, effective);
    return {
      weight: upstream.mul(derivatives.weight),
      threshold: sumToShape(upstream.mul(derivatives.threshold), threshold.shape),
    };
  },
  isGradientOf: ({ weight, threshold, operator }) => operator.apply(weight, threshold),
};
type Back = ReturnType<SubgradientEstimator['backward']>;
type Input = Parameters<SubgradientEstimator['backward']>[0];

/** A sound one whose result is changed. */
export const reference = (change: (back: Back, input: Input) => Partial<Back> = () => ({}), options: z.ZodObject = z.strictObject({})) =>
  defineEstimator({
    name: 'reference',
    summary: 'For these tests',
    options,
    create: () => ({
      ...sound,
      backward: (input) => {
        const back = sound.backward(input);
        return { ...back, ...change(back, input) };
      },
    }),
  });
export const plugin = (factory: ReturnType<typeof reference>) => definePlugin({ name: 'tests', apiVersion: 1, components: [factory] });

let calls = 0;
const table: FaultTable<ReturnType<typeof reference>> = {
  "doesn't sum over the weights that share a threshold": [
    /keeps the shapes/,
    reference((_, { upstream, weight }) => ({ threshold: upstream.mul(weight.sign()).neg() })),
  ],
  'sums all of a gradient, also for thresholds per filter': [
    /keeps the shapes/,
    reference(({ threshold }) => ({ threshold: threshold.sum() })),
  ],
  'has one gradient for all weights': [/keeps the shapes/, reference(({ weight }) => ({ weight: weight.mean() }))],
  'divides by the weight': [/is finite/, reference((_, { upstream, weight }) => ({ weight: upstream.mul(weight.div(weight.abs())) }))],
  'divides by the threshold': [
    /is finite/,
    reference((_, { upstream, weight, threshold }) => ({ weight: upstream.mul(weight.div(threshold)) })),
  ],
  'ends in a pole': [/is finite/, reference(({ weight }, { progress }) => ({ weight: weight.div(progress.neg().add(1)) }))],
  'clips the gradient': [/is linear/, reference(({ weight }) => ({ weight: weight.clipByValue(-0.5, 0.5) }))],
  'pulls thresholds without a gradient': [/is linear/, reference(({ threshold }) => ({ threshold: threshold.add(0.1) }))],
  'reads the progress': [
    /reads no value/,
    reference(({ weight }, { progress }) => ({ weight: weight.mul(progress.dataSync()[0] as number) })),
  ],
  'counts its calls': [/same bits/, reference(({ weight }) => ({ weight: weight.mul(1 + 1e-6 * calls++) }))],
  'keeps a tensor': [/leaks/, reference(({ weight }) => ({ weight: tf.keep(weight.mul(1)).clone() }))],
  'claims a gradient of the weight that it has not': [/claims to be/, reference((_, { upstream }) => ({ weight: upstream }))],
  'claims a gradient of the threshold that it has not': [/claims to be/, reference(({ threshold }) => ({ threshold: threshold.neg() }))],
  'takes any option': [/does not know/, reference(() => ({}), z.looseObject({}))],
};

export const estimatorFaults = faultsOf(table, (factory) => estimatorChecks(() => factory(), { plugins: [plugin(factory)] }));
