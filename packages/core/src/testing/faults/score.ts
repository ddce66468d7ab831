import * as z from 'zod';
import { defineScore } from '../../component.ts';
import type { Score } from '../../kinds/score.ts';
import { tf } from '../../tf.ts';
import { scoreChecks } from '../score-contract.ts';
import { type FaultTable, faultsOf } from './fault.ts';

const score = (of: Score['of']) =>
  defineScore({ name: 'reference', summary: 'For these tests', options: z.strictObject({}), create: () => ({ of }) })();
let calls = 0;

const table: FaultTable<Score['of']> = {
  'gives one score per filter': [/shape/, (weight) => weight.abs().sum(0)],
  'takes a logarithm': [/finite/, (weight) => weight.abs().log()],
  squares: [/finite/, (weight) => weight.square().square()],
  'draws lots': [/whenever/, (weight) => tf.randomUniform([...weight.shape])],
  'counts its calls': [/whenever/, (weight) => weight.abs().mul(1 + 1e-5 * calls++)],
  'changes the weight': [
    /leaves the weight/,
    (weight) => {
      if (weight instanceof tf.Variable) weight.assign(weight.mul(2));
      return weight.abs();
    },
  ],
  'keeps a tensor': [/leaks/, (weight) => tf.keep(weight.abs()).clone()],
};

export const scoreFaults = faultsOf(table, (of) => scoreChecks(() => score(of)));
