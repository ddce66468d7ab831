import type { PrunedLayer } from '../kinds/pruner.ts';
import { keepCount } from '../masks/keep-counts.ts';
import type { LayerResult } from '../results.ts';
import type { StepCounts } from '../training/trainer.ts';

/** What is added up over the steps of a run; plain data, so that a checkpoint can hold it. */
export interface Tally {
  /** Of the pruned kernels, over all steps so far, for one example of each. */
  readonly multiplyAdds: number;
  /** The step from which on every step kept the promise; null if the last one didn't. */
  readonly keptSince: number | null;
}

export const emptyTally: Tally = { multiplyAdds: 0, keptSince: null };

/** A step keeps the promise if no more than this share above the promised number of weights is left in it. */
const SLACK = 0.01;

/**
 * The tally with one more step, whose cost of one example is
 *
 *   Σ_ℓ uses_ℓ·(n_ℓ + n_ℓ + m_ℓ)         forward, gradient of the inputs, gradient of the weights
 *
 * with n weights that are not zero and m of which ∂L/∂(effective weight) is needed: 3·f_S for masked gradients and 2·f_S + f_D for dense
 * ones, as the RigL paper counts them.
 *
 * @param promised Sparsity, if the pruner promises one.
 * @see Evci et al., ICML 2020, appendix H, https://arxiv.org/abs/1911.11134
 */
export function withStep(
  { multiplyAdds, keptSince }: Tally,
  step: number,
  { nonzero, gradients }: StepCounts,
  layers: readonly PrunedLayer<unknown>[],
  promised: number | undefined,
): Tally {
  const cost = layers.reduce((sum, { kernel }, i) => sum + kernel.uses * (2 * (nonzero[i] as number) + (gradients[i] as number)), 0);
  const left = nonzero.reduce((sum, n) => sum + n, 0);
  const size = layers.reduce((sum, { kernel }) => sum + kernel.size, 0);
  const isKept = keepsPromise(left, size, promised);
  return { multiplyAdds: multiplyAdds + cost, keptSince: isKept ? (keptSince ?? step) : null };
}

export interface TrainingSummary {
  /** Of all steps with all their examples, and the same of a training without pruning. */
  readonly trainingMultiplyAdds: number;
  readonly denseTrainingMultiplyAdds: number;
  /** When the promise was kept from; null where there is none, or where it was not kept. */
  readonly reachedAt: { readonly step: number; readonly epoch: number } | null;
}

/**
 * What a run's result says of the tally. A promise that only `finish` kept was reached at `steps`.
 *
 * @param layers Every kernel after the training, pruned or not.
 */
export function summaryOf(
  { multiplyAdds, keptSince }: Tally,
  layers: readonly LayerResult[],
  promised: number | undefined,
  { steps, stepsPerEpoch, batchSize }: { readonly steps: number; readonly stepsPerEpoch: number; readonly batchSize: number },
): TrainingSummary {
  const sum = (of: readonly LayerResult[], value: (layer: LayerResult) => number) => of.reduce((total, layer) => total + value(layer), 0);
  const pruned = layers.filter((layer) => layer.prunable);
  const unpruned = layers.filter((layer) => !layer.prunable);
  const isKept = keepsPromise(
    sum(pruned, ({ nonzero }) => nonzero),
    sum(pruned, ({ size }) => size),
    promised,
  );
  const step = keptSince ?? steps;
  return {
    trainingMultiplyAdds: batchSize * (multiplyAdds + 3 * steps * sum(unpruned, (layer) => layer.denseMultiplyAdds)),
    denseTrainingMultiplyAdds: batchSize * 3 * steps * sum(layers, (layer) => layer.denseMultiplyAdds),
    reachedAt: isKept ? { step, epoch: step / stepsPerEpoch } : null,
  };
}

// --- helpers ---

function keepsPromise(left: number, size: number, promised: number | undefined): boolean {
  if (promised === undefined) return false;
  const keep = keepCount(size, promised);
  return left <= keep + Math.floor(SLACK * keep);
}
