import {
  type Allocation,
  allocateCounts,
  fractionDue,
  fractionInForce,
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
  updatesOf,
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
  const times = { schedule, every, freeze };
  /** Share of the target to which `finish` has to go, if the last update did not. */
  const dueAtEnd = (totalSteps: number): number | undefined =>
    fractionInForce(times, totalSteps, totalSteps) === schedule.at(1) ? undefined : schedule.at(1);
  return {
    ...promiseAtEnd(target, schedule, rounding),
    init(kernel, { kernels, shared }) {
      if (!allocation.dynamic) shared('counts', () => countsAt(kernels, 1)); // what is impossible is refused before the first step
      return { mask: tf.variable(tf.ones([...kernel.shape]), false) };
    },
    gradientsOf: 'nonzero',
    reparameterize: (weight, { mask }) => masked(weight, mask),
    beforeStep(layers, { step, totalSteps }) {
      const fraction = fractionDue(times, step, totalSteps);
      if (fraction !== undefined) update(layers, fraction);
    },
    finish(layers, { totalSteps }) {
      const fraction = dueAtEnd(totalSteps);
      if (fraction !== undefined) update(layers, fraction);
    },
    calendar: (kernels, { totalSteps }) => ({
      updates: updatesOf(times, totalSteps, dueAtEnd(totalSteps)),
      countsAt: (fraction) => countsAt(kernels, fraction),
      dynamic: allocation.dynamic ?? false,
    }),
  };
}
