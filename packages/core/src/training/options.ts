import * as z from 'zod';
import { component, parseOptions } from '../component.ts';
import { regularizedTwice } from '../errors.ts';

const coefficient = z.number().min(0);
const regularizer = component('regularizer').optional();

/** Which penalty pulls on which parameters; each takes the place of the group's coefficient. */
export const regularizerGroups = z.strictObject({
  weights: regularizer.describe('Kernels, in place of weightDecay'),
  thresholds: regularizer.describe('What else a pruner trains, such as thresholds; default: what pulls on the weights'),
  norm: regularizer.describe('Scale and offset of normalization layers, in place of normDecay'),
  bias: regularizer.describe('Biases, in place of biasDecay'),
});

/** How a network is trained: one optimizer (SGD), one learning-rate curve, one loss. */
export const trainingOptions = z.strictObject({
  epochs: z.int().positive().default(3).describe('Passes over the training data'),
  batchSize: z.int().positive().default(128).describe('Examples per step; what is left of an epoch is dropped'),
  learningRate: z.number().positive().default(0.05).describe('Peak learning rate'),
  schedule: z.enum(['cosine', 'step', 'constant']).default('cosine').describe('Course of the learning rate after the warm-up'),
  warmup: z.number().min(0).lt(1).default(0.1).describe('Share of the training in which the learning rate rises from 0'),
  milestones: z.array(z.number().gt(0).lt(1)).default([]).describe('For schedule "step": progress at which the rate is multiplied'),
  factor: z.number().positive().max(1).default(0.1).describe('For schedule "step": what it is multiplied by'),
  updatedPer: z.enum(['step', 'epoch']).default('step').describe('How often the learning rate changes'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('Heavy-ball momentum'),
  nesterov: z.boolean().default(false).describe("Nesterov's form of momentum"),
  weightDecay: coefficient.default(1e-4).describe('L2 on kernels'),
  biasDecay: coefficient.default(0).describe('L2 on biases'),
  normDecay: coefficient.default(0).describe('L2 on the scale and offset of normalization layers'),
  regularizers: regularizerGroups.default({}).describe('Other penalties in place of these coefficients'),
  decoupled: z.boolean().default(false).describe('Regularization past the momentum (SGDW), not added to the gradient'),
  labelSmoothing: z.number().min(0).lt(1).default(0).describe('Share of the target that is spread over all classes'),
});
export type TrainingOptions = z.input<typeof trainingOptions>;
export type Training = z.output<typeof trainingOptions>;

/**
 * Checked options with the defaults filled in; a coefficient in whose place a regularizer was given is 0. Throws `E_OPTIONS`, also where
 * both were given.
 */
export function parseTraining(given: TrainingOptions = {}): Training {
  const training = parseOptions('training', trainingOptions, given);
  const replaced = COEFFICIENTS.filter(([group]) => training.regularizers[group]);
  for (const [group, name] of replaced) {
    if (given[name]) throw regularizedTwice(group, `"${name}" is ${given[name]}`, 'Give one of the two.');
  }
  return { ...training, ...Object.fromEntries(replaced.map(([, name]) => [name, 0])) };
}

// --- helpers ---

const COEFFICIENTS = [
  ['weights', 'weightDecay'],
  ['norm', 'normDecay'],
  ['bias', 'biasDecay'],
] as const;
