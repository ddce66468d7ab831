import { describe, expect, it } from 'vitest';
import type { Component } from '../component.ts';
import { elasticNet } from '../regularizers/elastic-net.ts';
import { hoyerSquare } from '../regularizers/hoyer-square.ts';
import { l1 } from '../regularizers/l1.ts';
import { l2 } from '../regularizers/l2.ts';
import { naming, onCpu, untouched, values, withCode } from '../test-helpers.ts';
import { STEPS_PER_EPOCH, tinyBatches, tinyModel } from '../testing/tiny-problem.ts';
import { tf } from '../tf.ts';
import type { Batch } from './batch.ts';
import { parseTraining, type TrainingOptions } from './options.ts';
import { regularizationByRole } from './regularization.ts';
import { createTrainer } from './trainer.ts';

describe('regularizationByRole', () => {
  const thresholds = l1({ lambda: 0.1 });

  it('takes regularizers in place of coefficients, and lets the state follow the kernels', () => {
    const none = { kernel: 1e-4, bias: 0, norm: 0, other: 0 };
    expect(regularizationByRole(parseTraining(), {})).toEqual({ ...none, state: 1e-4 });
    expect(regularizationByRole(parseTraining(), { stateDecay: 0 })).toEqual({ ...none, state: 0 });
    expect(regularizationByRole(parseTraining({ regularizers: { thresholds } }), {})).toEqual({ ...none, state: thresholds });
    expect(regularizationByRole(parseTraining({ regularizers: { weights: thresholds } }), {}).state).toBe(thresholds);
  });

  it('refuses a regularizer for thresholds where the pruner sets their coefficient, 0 too', () => {
    for (const stateDecay of [0, 0.2]) {
      const refused = withCode('E_OPTIONS', { message: naming('thresholds', String(stateDecay)) });
      expect(() => regularizationByRole(parseTraining({ regularizers: { thresholds } }), { stateDecay })).toThrow(refused);
    }
  });
});

describe('a regularized training', () => {
  onCpu();

  /** Kernels after forty steps, and the last loss. */
  function train(training: TrainingOptions): { kernels: number[][]; loss: number } {
    const model = tinyModel('convolutional', 0);
    const batches = tinyBatches();
    const trainer = createTrainer({
      model,
      pruner: untouched,
      stepsPerEpoch: STEPS_PER_EPOCH,
      training: { epochs: 20, learningRate: 0.05, warmup: 0, ...training },
    });
    const losses = Array.from({ length: trainer.totalSteps }, (_, i) => trainer.trainStep(batches[i % batches.length] as Batch));
    const kernels = trainer.pruned.layers.map(({ kernel }) => values(() => kernel.weight));
    trainer.dispose();
    model.dispose();
    tf.dispose(batches as unknown as tf.TensorContainer);
    return { kernels, loss: losses.at(-1) as number };
  }
  const sum = (kernels: number[][], of: (w: number) => number) => kernels.flat().reduce((total, w) => total + of(w), 0);
  const hoyer = (kernel: number[]) => sum([kernel], Math.abs) ** 2 / sum([kernel], (w) => w * w);
  const withWeights = (weights: Component<'regularizer'>, decoupled = false) => train({ decoupled, regularizers: { weights } });

  it.each([
    { decoupled: false, lambda: 0.01 },
    { decoupled: true, lambda: 0.1 }, // momentum of 0.9 adds up to ten times a coupled one
  ])('has smaller weights under each penalty, by its own measure; decoupled: $decoupled', ({ decoupled, lambda }) => {
    const none = train({ weightDecay: 0 }).kernels;
    const [ridge, lasso, both, counted] = [
      l2({ lambda }),
      l1({ lambda }),
      elasticNet({ l1: lambda, l2: lambda }),
      hoyerSquare({ lambda }),
    ].map((weights) => withWeights(weights, decoupled).kernels) as [number[][], number[][], number[][], number[][]];
    const squares = (kernels: number[][]) => sum(kernels, (w) => w * w);
    const magnitudes = (kernels: number[][]) => sum(kernels, Math.abs);
    const counts = (kernels: number[][]) => kernels.map(hoyer).reduce((total, count) => total + count, 0);
    expect(squares(ridge)).toBeLessThan(0.9 * squares(none));
    expect(magnitudes(lasso)).toBeLessThan(0.9 * magnitudes(none));
    expect(magnitudes(both)).toBeLessThan(magnitudes(lasso));
    expect(counts(counted)).toBeLessThan(0.9 * counts(none));
  });

  it('has more weights near 0 under L1 than under an L2 that leaves the same sum of magnitudes or less', () => {
    const [lasso, ridge] = [withWeights(l1({ lambda: 0.01 })), withWeights(l2({ lambda: 0.1 }))];
    const nearZero = ({ kernels }: typeof lasso) => kernels.flat().filter((w) => Math.abs(w) < 0.01).length;
    expect(sum(ridge.kernels, Math.abs)).toBeLessThanOrEqual(sum(lasso.kernels, Math.abs));
    expect(nearZero(lasso)).toBeGreaterThan(nearZero(ridge));
  });

  it('is to the bit what the coefficient gives, with l2', () => {
    expect(withWeights(l2({ lambda: 0.01 }))).toEqual(train({ weightDecay: 0.01 }));
    expect(withWeights(l2({ lambda: 0.01 }), true)).toEqual(train({ weightDecay: 0.01, decoupled: true }));
    expect(withWeights(l2({ lambda: 0.01 }), true)).not.toEqual(train({ weightDecay: 0.01 }));
  });
});
