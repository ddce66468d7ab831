import * as z from 'zod';
import { definePlugin, defineRegularizer } from '../../component.ts';
import type { Regularizer } from '../../kinds/regularizer.ts';
import { tf } from '../../tf.ts';
import { regularizerChecks } from '../regularizer-contract.ts';
import { type FaultTable, faultsOf } from './fault.ts';

const sound: Regularizer = {
  gradient: (parameter) => parameter.mul(0.5),
  penalty: (parameter) => parameter.square().sum().mul(0.25),
};
/** Half of L2, with something else in place of a part of it. */
export const reference = (change: Partial<Regularizer> = {}, options: z.ZodObject = z.strictObject({})) =>
  defineRegularizer({ name: 'reference', summary: 'For these tests', options, create: () => ({ ...sound, ...change }) });
export const plugin = (factory: ReturnType<typeof reference>) => definePlugin({ name: 'tests', apiVersion: 1, components: [factory] });

let calls = 0;
const table: FaultTable<ReturnType<typeof reference>> = {
  'has a penalty per element': [/finite scalar/, reference({ penalty: (parameter) => parameter.square().mul(0.25) as tf.Scalar })],
  'has an infinite penalty': [/finite scalar/, reference({ penalty: () => tf.scalar(Number.POSITIVE_INFINITY) })],
  'has one gradient for all elements': [/shape of the parameter/, reference({ gradient: (parameter) => parameter.mean() })],
  'forgets the ½': [/automatic/, reference({ gradient: (parameter) => parameter })],
  'pushes instead of pulling': [/finite differences/, reference({ gradient: (parameter) => parameter.mul(-0.5) })],
  'has a gradient that only automatic differentiation believes': [
    /finite differences/,
    reference({
      penalty: tf.customGrad(((x: tf.Tensor) => ({
        value: x.abs().sum(),
        gradFunc: () => x.mul(0.5),
      })) as Parameters<typeof tf.customGrad>[0]) as Regularizer['penalty'],
    }),
  ],
  'divides by the norm': [/zero/, reference({ gradient: (parameter) => parameter.mul(parameter.norm()).div(parameter.norm().mul(2)) })],
  'counts its calls': [/whenever it is asked/, reference({ gradient: (parameter) => parameter.mul(0.5 + 1e-6 * calls++) })],
  'keeps a tensor': [/leaks/, reference({ gradient: (parameter) => tf.keep(parameter.mul(0.5)).clone() })],
  'takes any option': [/does not know/, reference({}, z.looseObject({}))],
};

export const regularizerFaults = faultsOf(table, (factory) => regularizerChecks(() => factory(), { plugins: [plugin(factory)] }));
