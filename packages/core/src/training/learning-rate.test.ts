import { describe, expect, it } from 'vitest';
import { learningRateAt } from './learning-rate.ts';
import { type TrainingOptions, trainingOptions } from './options.ts';

const rates = (options: TrainingOptions, stepsPerEpoch: number, ...steps: number[]) =>
  steps.map((step) => learningRateAt(step, stepsPerEpoch, trainingOptions.parse(options)));
const closeTo = (...numbers: number[]) => numbers.map((n) => expect.closeTo(n, 10));

describe('learningRateAt', () => {
  it('is the policy of the official STR code: 0.256, 5 of 100 epochs warm-up, once per epoch', () => {
    const options = { learningRate: 0.256, epochs: 100, warmup: 0.05, updatedPer: 'epoch' } as const;
    const atEpochs = [0, 1, 4, 5, 50, 99].map((epoch) => epoch * 7);
    const expected = closeTo(0.0512, 0.1024, 0.256, 0.256, 0.1385701562, 6.998306036e-5);
    expect(rates(options, 7, ...atEpochs)).toEqual(expected);
    expect(rates(options, 7, ...atEpochs.map((step) => step + 6))).toEqual(expected);
  });

  it('changes at every step unless told', () => {
    const options = { learningRate: 1, epochs: 2, warmup: 0.4, schedule: 'cosine' } as const;
    const cosine = (share: number) => (1 + Math.cos(Math.PI * share)) / 2;
    expect(rates(options, 5, ...Array.from({ length: 10 }, (_, i) => i))).toEqual(
      closeTo(0.25, 0.5, 0.75, 1, 1, cosine(1 / 6), cosine(2 / 6), 0.5, cosine(4 / 6), cosine(5 / 6)),
    );
  });

  it('never exceeds the base where the warm-up is no whole number of steps', () => {
    expect(rates({ learningRate: 1, epochs: 1, warmup: 0.25, schedule: 'constant' }, 10, 0, 1, 2, 3)).toEqual(closeTo(0.4, 0.8, 1, 1));
  });

  it('starts at the base without a warm-up', () => {
    expect(rates({ learningRate: 0.3, warmup: 0 }, 10, 0)).toEqual([0.3]);
  });

  it('is multiplied at each milestone', () => {
    const options = {
      learningRate: 1,
      epochs: 10,
      warmup: 0,
      schedule: 'step',
      milestones: [0.5, 0.8],
      factor: 0.1,
    } satisfies TrainingOptions;
    expect(rates(options, 1, 0, 4, 5, 7, 8, 9)).toEqual(closeTo(1, 1, 0.1, 0.1, 0.01, 0.01));
  });

  it('stays', () => {
    expect(rates({ learningRate: 0.2, warmup: 0, schedule: 'constant' }, 10, 0, 29)).toEqual([0.2, 0.2]);
  });
});
