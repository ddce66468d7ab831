import * as z from 'zod';
import { definePlugin, defineThresholdFunction } from '../../component.ts';
import type { ThresholdFunction } from '../../kinds/threshold-function.ts';
import { tf } from '../../tf.ts';
import { thresholdFunctionChecks } from '../threshold-function-contract.ts';
import { type FaultTable, faultsOf } from './fault.ts';

/** The exponential of 2s. */
const sound: ThresholdFunction = {
  range: [0, Number.POSITIVE_INFINITY],
  value: (s) => s.mul(2).exp(),
  derivative: (s) => s.mul(2).exp().mul(2),
  inverse: (threshold) => threshold.log().div(2),
};
/** A sound one with something else in place of a part of it. */
export const reference = (change: Partial<ThresholdFunction> = {}, options: z.ZodObject = z.strictObject({})) =>
  defineThresholdFunction({ name: 'reference', summary: 'For these tests', options, create: () => ({ ...sound, ...change }) });
export const plugin = (factory: ReturnType<typeof reference>) => definePlugin({ name: 'tests', apiVersion: 1, components: [factory] });

const table: FaultTable<ReturnType<typeof reference>> = {
  'has one value for all': [/keeps the shape/, reference({ value: (s) => s.mul(2).exp().mean() })],
  'falls in the end': [
    /never falls/,
    reference({
      value: (s) =>
        s
          .mul(2)
          .exp()
          .mul(tf.relu(s.neg().add(10))),
    }),
  ],
  'leaves its range': [/stays inside/, reference({ range: [0, 1] })],
  'declares its range the wrong way round': [/stays inside/, reference({ range: [1, 0] })],
  'never comes near its supremum': [/both ends/, reference({ value: (s) => s.sigmoid(), range: [0, 2] })],
  'never comes near its infimum': [/both ends/, reference({ range: [-1, Number.POSITIVE_INFINITY] })],
  'forgets the inner derivative': [/automatic differentiation/, reference({ derivative: (s) => s.mul(2).exp() })],
  'has a derivative of the other sign': [/finite differences/, reference({ derivative: (s) => s.mul(2).exp().mul(-2) })],
  'has a derivative that only automatic differentiation believes': [
    /finite differences/,
    reference({
      value: tf.customGrad(((s: tf.Tensor) => ({
        value: s.exp(),
        gradFunc: (dy: tf.Tensor) => dy.mul(s.mul(2).exp().mul(2)),
      })) as Parameters<typeof tf.customGrad>[0]) as ThresholdFunction['value'],
    }),
  ],
  'has the inverse of another function': [/is inverted/, reference({ inverse: (threshold) => threshold.log() })],
  'has an inverse that ends at its supremum': [/rises strictly/, reference({ inverse: (threshold) => threshold.minimum(1).log().div(2) })],
  'has an inverse that stops above 0': [/inverse of 0/, reference({ inverse: (threshold) => threshold.maximum(1e-12).log().div(2) })],
  'divides infinity by infinity far below': [
    /far below/,
    reference({ derivative: (s) => s.mul(-2).exp().div(s.mul(-2).exp().square()).mul(2) }),
  ],
  'keeps a tensor': [/leaks/, reference({ value: (s) => tf.keep(s.mul(2)).exp() })],
  'takes any option': [/does not know/, reference({}, z.looseObject({}))],
};

export const thresholdFunctionFaults = faultsOf(table, (factory) =>
  thresholdFunctionChecks(() => factory(), { plugins: [plugin(factory)] }),
);
