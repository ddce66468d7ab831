import {
  type Allocation,
  allocateCounts,
  type Kernel,
  type MaskState,
  masked,
  type PrunedLayer,
  type Pruner,
  promiseAtEnd,
  type Schedule,
  type Score,
  targetOf,
  tf,
  updateMasks,
} from '@espalier/core';

export interface ScheduledMasksOptions {
  readonly sparsity: number;
  /** Another target in its place. */
  readonly multiplyAdds?: number | undefined;
  readonly bytes?: number | undefined;
  readonly allocation: Allocation;
  readonly schedule: Schedule;
  readonly score: Score;
  readonly every: number;
  readonly freeze: boolean;
  readonly rounding: 'total' | 'layer';
}

/** `Ŵ = W ⊙ M` with masks that follow a schedule: what gradual and one-shot magnitude pruning have in common. */
export function scheduledMasks({
  schedule,
  every,
  freeze,
  allocation,
  score,
  rounding,
  ...given
}: ScheduledMasksOptions): Pruner<MaskState> {
  const target = targetOf(given);
  const countsAt = (kernels: readonly Kernel[], fraction: number) =>
    allocateCounts(kernels, { ...target, allocation, score, rounding, fraction });
  const update = (layers: readonly PrunedLayer<MaskState>[], fraction: number) => {
    const kernels = layers.map(({ kernel }) => kernel);
    updateMasks(layers, score, countsAt(kernels, fraction));
  };
  /** Fraction of the target in force after the last update before `step`. */
  const fractionBefore = (step: number, totalSteps: number): number =>
    step <= 0 ? 0 : schedule.at((Math.floor((step - 1) / every) * every) / totalSteps);
  return {
    ...promiseAtEnd(target, schedule, rounding),
    init(kernel, { kernels, shared }) {
      if (!allocation.dynamic) shared('counts', () => countsAt(kernels, 1)); // what is impossible is refused before the first step
      return { mask: tf.variable(tf.ones([...kernel.shape]), false) };
    },
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
