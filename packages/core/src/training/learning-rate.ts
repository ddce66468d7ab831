import type { Training } from './options.ts';

/**
 * The learning rate of a step. With u = step (or epoch, if it changes once per epoch), U of them in all and W = warmup·U:
 *
 *   u < W     base·(u + 1)/W                                 linear warm-up
 *   cosine    base·½(1 + cos(π(u − W)/(U − W)))
 *   step      base·factor^(milestones passed)
 *   constant  base
 *
 * With `updatedPer: 'epoch'` this is the policy of the official STR code. Steps count from 0.
 */
export function learningRateAt(step: number, stepsPerEpoch: number, training: Training): number {
  const { learningRate: base, epochs, warmup, schedule, updatedPer, milestones, factor } = training;
  const perEpoch = updatedPer === 'epoch';
  const units = perEpoch ? epochs : epochs * stepsPerEpoch;
  const unit = perEpoch ? Math.floor(step / stepsPerEpoch) : step;
  const warmupUnits = warmup * units;
  if (unit < warmupUnits) return (base * Math.min(warmupUnits, unit + 1)) / warmupUnits;
  switch (schedule) {
    case 'cosine':
      return (base * (1 + Math.cos((Math.PI * (unit - warmupUnits)) / (units - warmupUnits)))) / 2;
    case 'step':
      return base * factor ** milestones.filter((milestone) => unit >= milestone * units).length;
    case 'constant':
      return base;
  }
}
