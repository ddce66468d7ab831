import {
  type Allocation,
  allocateCounts,
  type MaskState,
  masked,
  type PrunedLayer,
  type Pruner,
  type Schedule,
  type Score,
  tf,
  updateMasks,
} from '@espalier/core';

export interface ScheduledMasksOptions {
  readonly sparsity: number;
  readonly allocation: Allocation;
  readonly schedule: Schedule;
  readonly score: Score;
  readonly every: number;
  readonly freeze: boolean;
  readonly rounding: 'total' | 'layer';
}

/** `Ŵ = W ⊙ M` with masks that follow a schedule: what gradual and one-shot magnitude pruning have in common. */
export function scheduledMasks({ schedule, every, freeze, sparsity, ...rest }: ScheduledMasksOptions): Pruner<MaskState> {
  const update = (layers: readonly PrunedLayer<MaskState>[], fraction: number) => {
    const kernels = layers.map(({ kernel }) => kernel);
    updateMasks(layers, rest.score, allocateCounts(kernels, { ...rest, sparsity, fraction }));
  };
  /** Fraction of the target in force after the last update before `step`. */
  const fractionBefore = (step: number, totalSteps: number): number =>
    step <= 0 ? 0 : schedule.at((Math.floor((step - 1) / every) * every) / totalSteps);
  return {
    // Rounding in each layer by itself can miss the total.
    ...(rest.rounding === 'total' ? { sparsity: sparsity * schedule.at(1) } : {}),
    init: (kernel) => ({ mask: tf.variable(tf.ones([...kernel.shape]), false) }),
    gradientsOf: 'nonzero',
    reparameterize: (weight, { mask }) => masked(weight, mask),
    beforeStep(layers, { step, totalSteps }) {
      if (step % every !== 0 || (freeze && fractionBefore(step, totalSteps) === 1)) return;
      const fraction = schedule.at(step / totalSteps);
      if (fraction > 0) update(layers, fraction);
    },
    finish(layers, { totalSteps }) {
      if (fractionBefore(totalSteps, totalSteps) !== schedule.at(1)) update(layers, schedule.at(1));
    },
  };
}
