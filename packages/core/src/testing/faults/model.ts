import * as z from 'zod';
import { defineModel } from '../../component.ts';
import type { Model, ModelContext } from '../../kinds/model.ts';
import { tf } from '../../tf.ts';
import { modelChecks } from '../model-contract.ts';
import { type FaultTable, faultsOf } from './fault.ts';

const initializer = (seed: number) => tf.initializers.glorotNormal({ seed });
interface Change {
  readonly seed?: (context: ModelContext) => number;
  readonly units?: number;
  readonly name?: string | undefined;
  readonly activation?: 'softmax' | 'linear';
  readonly keep?: boolean;
}
const model = (change: Change = {}) =>
  defineModel({
    name: 'reference',
    summary: 'For these tests',
    options: z.strictObject({}),
    create: (): Model => ({
      build(context) {
        const { seed = ({ seed }) => seed('fc'), units = context.classes, activation = 'linear', keep = false } = change;
        if (keep) tf.keep(tf.scalar(1));
        const name = 'name' in change ? change.name : 'fc';
        const layer = { units, activation, kernelInitializer: initializer(seed(context)), ...(name ? { name } : {}) };
        return tf.sequential({ layers: [tf.layers.flatten({ inputShape: [...context.inputShape] }), tf.layers.dense(layer)] });
      },
    }),
  })();
export const checks = (change?: Change) => modelChecks(() => model(change), { inputShape: [4, 4, 1], classes: 3 });

const table: FaultTable<Change> = {
  'has an output too many': [/one finite logit/, { units: 4 }],
  'applies a softmax': [/one finite logit/, { activation: 'softmax' }],
  'draws from elsewhere': [/from the same seed/, { seed: () => Math.floor(Math.random() * 1e9) }],
  'has a seed of its own': [/from another seed/, { seed: () => 1 }],
  'leaves its layers without a name': [/same names/, { name: undefined }],
  'keeps a tensor': [/no tensor behind/, { keep: true }],
};

export const modelFaults = faultsOf(table, checks);
