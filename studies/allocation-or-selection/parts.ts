import type { Config } from 'espalier';
import type { Part } from '../shared/study.ts';
import { swapPart } from './swap-part.ts';

const shared = { data: 'fashion-mnist', seeds: [0, 1, 2] } satisfies Config;
const pruners = ['str', 'gmp', { use: 'gmp', allocation: 'erk' }, 'global-magnitude'];
/** Soft thresholds in short runs want a high learning rate. */
const small = { ...shared, model: 'lenet-300-100', training: { epochs: 3, learningRate: 0.1 } } satisfies Config;

/** What the study trains, the short runs first. */
export const parts: readonly Part[] = [
  swapPart({ ...small, sparsity: 0.95, swap: { name: 'swap-lenet-300-100-95', pruners } }),
  swapPart({ ...small, sparsity: 0.98, swap: { name: 'swap-lenet-300-100-98', pruners } }),
  swapPart({ ...shared, model: 'lenet5', training: { epochs: 1 }, sparsity: 0.95, swap: { name: 'swap-lenet5-95', pruners } }),
];
