import { gmp } from '@espalier/baselines';
import { cubic, erk } from '@espalier/core';
import { arctan, longTail, str } from '@espalier/str';
import type { Config } from 'espalier';
import { ablationPart } from '../shared/ablation-part.ts';
import type { Part } from '../shared/study.ts';
import { densitiesPart } from './densities.ts';

const shared = { data: 'mnist', seeds: [0, 1, 2] } satisfies Config;
/** At the default rate and batch size: without pruning LeNet-5 diverges at smaller batches or higher rates. */
const lenet5 = { ...shared, model: 'lenet5', training: { epochs: 3 } } satisfies Config;
const lenet300 = { ...shared, model: 'lenet-300-100', training: { epochs: 3, learningRate: 0.1 } } satisfies Config;
const gmpErk = gmp({ allocation: erk() });
/** Of seven variants the one with the least validation loss at 80 and 95 %, with seeds 0 to 2. `budget-new-seeds` has others. */
const strLongTail = str({ g: arctan(), estimator: longTail() });

/** What the study trains: what it is about first. Runs that two parts share are trained once. */
export const parts: readonly Part[] = [
  ablationPart({
    ...lenet5,
    sparsity: [0.8, 0.9, 0.95, 0.98, 0.99],
    ablation: { name: 'budget-lenet5', pruner: 'str', axes: { pruner: [gmpErk, strLongTail] } },
  }),
  ablationPart({
    ...lenet5,
    seeds: [3, 4, 5],
    sparsity: [0.8, 0.9, 0.95, 0.98, 0.99],
    ablation: { name: 'budget-new-seeds', pruner: 'str', axes: { pruner: [gmpErk, strLongTail] } },
  }),
  densitiesPart({
    ...shared,
    seeds: [0, 1, 2, 3, 4, 5],
    name: 'budget-densities',
    model: 'mlp',
    training: { epochs: 3, learningRate: 0.1 },
    strengths: [10, 15],
    exact: { exact: {}, 'exact, ramp 20–75 %': { schedule: cubic({ start: 0.2, end: 0.75 }) } },
  }),
  ablationPart({
    ...lenet300,
    sparsity: [0.9, 0.95, 0.98],
    ablation: { name: 'budget-controls', pruner: 'str', axes: { control: 'all' } },
  }),
  ablationPart({
    ...lenet300,
    training: { ...lenet300.training, epochs: 10 },
    sparsity: [0.9, 0.98],
    ablation: { name: 'budget-10-epochs', pruner: 'str', axes: { pruner: [gmpErk] } },
  }),
  ablationPart({
    ...lenet5,
    sparsity: 0.95,
    ablation: { name: 'budget-g', pruner: 'str', axes: { g: ['exp', 'softplus', 'arctan'] } },
  }),
  ablationPart({
    ...lenet5,
    model: { use: 'lenet5', batchNorm: true },
    seeds: [0, 1, 2, 3, 4, 5],
    sparsity: [0.8, 0.9, 0.95, 0.98, 0.99],
    ablation: { name: 'budget-batch-norm', pruner: 'str', axes: { pruner: [gmpErk] } },
  }),
];
