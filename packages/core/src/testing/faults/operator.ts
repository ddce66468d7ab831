import * as z from 'zod';
import { defineOperator } from '../../component.ts';
import type { ThresholdOperator } from '../../kinds/operator.ts';
import { soft } from '../../operators/soft.ts';
import { tf } from '../../tf.ts';
import { operatorChecks } from '../operator-contract.ts';
import { type FaultTable, faultsOf } from './fault.ts';

const sound = soft();
const operator = (change: Partial<ThresholdOperator>) =>
  defineOperator({
    name: 'reference',
    summary: 'For these tests',
    options: z.strictObject({}),
    create: () => ({ apply: sound.apply, derivatives: sound.derivatives, ...change }),
  })();

const table: FaultTable<Partial<ThresholdOperator>> = {
  'takes one threshold only': [/own threshold alone/, { apply: (w, t) => sound.apply(w, t.mean()) }],
  'lets weights at the threshold through': [/exactly 0/, { apply: (w, t) => w.mul(w.abs().greaterEqual(t).cast('float32')) }],
  'leaves a little of every weight': [/exactly 0/, { apply: (w, t) => sound.apply(w, t).add(w.mul(1e-6)) }],
  'knows positive weights only': [/both signs/, { apply: (w, t) => w.sub(t).relu() }],
  'shrinks without a threshold': [/as they are/, { apply: (w, t) => sound.apply(w, t).mul(0.99) }],
  'grows what is left': [/larger/, { apply: (w, t) => sound.apply(w, t).mul(tf.add(1, t.mul(4))) }],
  'sums its derivative': [
    /derivatives in the shape/,
    { derivatives: (w, t, e) => ({ ...sound.derivatives(w, t, e), threshold: w.sum() }) },
  ],
  'has a derivative below the threshold': [
    /has derivatives/,
    { derivatives: (w, t, e) => ({ ...sound.derivatives(w, t, e), weight: w.onesLike() }) },
  ],
  'forgets the sign': [
    /finite differences/,
    { derivatives: (w, t, e) => ({ ...sound.derivatives(w, t, e), threshold: e.notEqual(0).cast('float32').neg() }) },
  ],
  'divides by what is left': [
    /is finite/,
    { derivatives: (w, t, e) => ({ ...sound.derivatives(w, t, e), weight: w.div(w.sub(w)).mul(0) }) },
  ],
  'keeps a tensor': [/leaks/, { apply: (w, t) => tf.keep(sound.apply(w, t)).clone() }],
};

export const operatorFaults = faultsOf(table, (change) => operatorChecks(() => operator(change)));
