import * as z from 'zod';

const coefficient = z.number().min(0);

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
  weightDecay: coefficient.default(1e-4).describe('L2 on kernels, added to the gradient (coupled)'),
  biasDecay: coefficient.default(0).describe('L2 on biases'),
  normDecay: coefficient.default(0).describe('L2 on the scale and offset of normalization layers'),
  labelSmoothing: z.number().min(0).lt(1).default(0).describe('Share of the target that is spread over all classes'),
});
export type TrainingOptions = z.input<typeof trainingOptions>;
export type Training = z.output<typeof trainingOptions>;
