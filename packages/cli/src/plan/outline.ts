import {
  asksForDenseGradients,
  type Calendar,
  type Kernel,
  type LayerCost,
  learningRateAt,
  modelCost,
  type Pruner,
  parseTraining,
  prunableKernels,
  type RunRequest,
  randomStream,
  type Training,
  tf,
} from '@espalier/core';

/** What is known of a run before anything is trained. */
export interface Outline {
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
  readonly training: Training;
  readonly kernels: readonly KernelOutline[];
  /** Every kernel, pruned or not, at the end. */
  readonly layers: readonly LayerCost[];
  readonly parameters: number;
  /** Of one example, with the weights left at the end, and of all steps with all their examples. */
  readonly multiplyAdds: number;
  readonly denseMultiplyAdds: number;
  readonly trainingMultiplyAdds: number;
  readonly denseTrainingMultiplyAdds: number;
  /** Absent where the pruner can't tell what it will leave. */
  readonly calendar?: CalendarOutline;
  readonly hasNormalization: boolean;
  /** ∫ λη/(1 − μ): by exp of its negative has weight decay alone multiplied the pruner's state at the end, if L2 acts on it. */
  readonly stateDecayed?: number;
  /** Initial weights of the pruned kernels whose magnitude exceeds a threshold. */
  exceeding(threshold: number): number;
}

export interface KernelOutline {
  readonly name: string;
  readonly size: number;
  /** Outputs: what is left without a weight of its own is a constant. */
  readonly filters: number;
}

export interface CalendarOutline {
  readonly updates: readonly PlannedUpdate[];
  /** True if the counts are what the initial weights give: the pruner decides by the weights of the time. */
  readonly dynamic: boolean;
}

export interface PlannedUpdate {
  readonly step: number;
  /** Epochs done by then. */
  readonly epoch: number;
  /** Share of the way to the target. */
  readonly fraction: number;
  /** Of all pruned kernels. */
  readonly sparsity: number;
  readonly nonzero: number;
  /** Weights left of each kernel, in the order of the model. */
  readonly counts: readonly number[];
}

/**
 * Works a run out on its initial weights, without a step of training.
 *
 * Throws what the pruner's allocation or budget refuses: `E_ALLOCATION`, `E_BUDGET`, `E_OPTIONS`.
 */
export function outlineOf(request: RunRequest, examples: number): Outline {
  const training = parseTraining(request.training);
  const stepsPerEpoch = Math.floor(examples / training.batchSize);
  const totalSteps = stepsPerEpoch * training.epochs;
  const { inputShape, classes } = request.data;
  const { pruner, prunable = {} } = request;
  const model = request.model.build({ inputShape, classes, seed: (name) => randomStream(request.seed, 'init', name).seed() });
  try {
    const kernels = prunableKernels(model, prunable);
    const calendar = pruner.calendar?.(kernels, { totalSteps });
    const updates = calendar ? plannedUpdates(calendar, kernels, stepsPerEpoch) : undefined;
    const last = updates?.at(-1);
    const kept = new Map(kernels.map(({ name }, i) => [name, last?.counts[i]] as const).filter(hasCount));
    const { layers, total, whole } = modelCost(model, { kept, prunable });
    const unpruned = layers.filter((layer) => !layer.prunable).reduce((sum, layer) => sum + layer.denseMultiplyAdds, 0);
    const perExample = trainingPerExample(pruner, kernels, updates ?? [], totalSteps) + 3 * totalSteps * unpruned;
    const magnitudes = kernels.map(({ weight }) => Float32Array.from(weight.dataSync()).map(Math.abs));
    const decayed = stateDecayed(pruner, training, stepsPerEpoch);
    return {
      totalSteps,
      stepsPerEpoch,
      training,
      kernels: kernels.map(({ name, size, shape, filterAxes }) => ({
        name,
        size,
        filters: product(filterAxes.map((axis) => shape[axis] as number)),
      })),
      layers,
      parameters: whole.parameters,
      multiplyAdds: total.multiplyAdds,
      denseMultiplyAdds: total.denseMultiplyAdds,
      trainingMultiplyAdds: training.batchSize * perExample,
      denseTrainingMultiplyAdds: training.batchSize * 3 * totalSteps * total.denseMultiplyAdds,
      ...(calendar && updates ? { calendar: { updates, dynamic: calendar.dynamic } } : {}),
      hasNormalization: model.layers.some((layer) => /normalization/i.test(layer.getClassName())),
      ...(decayed === undefined ? {} : { stateDecayed: decayed }),
      exceeding: (threshold) => magnitudes.reduce((sum, values) => sum + values.filter((value) => value > threshold).length, 0),
    };
  } finally {
    model.dispose();
  }
}

// --- helpers ---

const product = (factors: readonly number[]): number => factors.reduce((all, factor) => all * factor, 1);

const hasCount = (entry: readonly [string, number | undefined]): entry is readonly [string, number] => entry[1] !== undefined;

function plannedUpdates(calendar: Calendar, kernels: readonly Kernel[], stepsPerEpoch: number): PlannedUpdate[] {
  const size = kernels.reduce((sum, kernel) => sum + kernel.size, 0);
  const known = new Map<number, readonly number[]>();
  const countsAt = (fraction: number): readonly number[] => {
    const before = known.get(fraction);
    if (before) return before;
    const counts: number[] = [];
    tf.tidy(() => {
      const named = calendar.countsAt(fraction);
      counts.push(...kernels.map((kernel) => named.get(kernel.name) ?? kernel.size));
    });
    known.set(fraction, counts);
    return counts;
  };
  return calendar.updates.map(({ step, fraction }) => {
    const counts = countsAt(fraction);
    const nonzero = counts.reduce((sum, count) => sum + count, 0);
    return { step, epoch: step / stepsPerEpoch, fraction, sparsity: 1 - nonzero / size, nonzero, counts };
  });
}

/** As a run counts it, Σ uses·(2n + m): m is n where gradients of the weights left are enough, and all otherwise. */
function trainingPerExample(pruner: Pruner, kernels: readonly Kernel[], updates: readonly PlannedUpdate[], totalSteps: number): number {
  const isDense = (step: number) => pruner.gradientsOf !== 'nonzero' || asksForDenseGradients(pruner, step, { totalSteps });
  const forward = (counts: readonly number[]) => kernels.reduce((sum, { uses }, i) => sum + uses * (counts[i] as number), 0);
  const dense = forward(kernels.map(({ size }) => size));
  let sum = 0;
  let now = dense;
  let next = 0;
  for (let step = 0; step < totalSteps; step++) {
    for (let update = updates[next]; update && update.step <= step; update = updates[next]) {
      now = forward(update.counts);
      next++;
    }
    sum += 2 * now + (isDense(step) ? dense : now);
  }
  return sum;
}

function stateDecayed(pruner: Pruner, training: Training, stepsPerEpoch: number): number | undefined {
  const { regularizers, weightDecay, momentum, decoupled, epochs } = training;
  const lambda = pruner.stateDecay ?? (regularizers.thresholds || regularizers.weights ? undefined : weightDecay);
  if (lambda === undefined) return undefined;
  let rates = 0;
  for (let step = 0; step < epochs * stepsPerEpoch; step++) rates += learningRateAt(step, stepsPerEpoch, training);
  return (lambda * rates) / (decoupled ? 1 : 1 - momentum);
}
