import type { PrunedLayer } from '../kinds/pruner.ts';
import type { LayerResult } from '../results.ts';
import { allowanceOf, costOf, type Priced } from '../targets/allowance.ts';
import type { Target } from '../targets/target.ts';
import type { StepCounts } from '../training/trainer.ts';

/** What is added up over the steps of a run; plain data, so that a checkpoint can hold it. */
export interface Tally {
  /** Of the pruned kernels, over all steps so far, for one example of each. */
  readonly multiplyAdds: number;
  /** The step from which on every step kept the promise; null if the last one didn't. */
  readonly keptSince: number | null;
}

export const emptyTally: Tally = { multiplyAdds: 0, keptSince: null };

/** A step keeps the promise if what is left in it costs no more than this share above what is promised: weights, or their multiply-adds. */
const SLACK = 0.01;

/**
 * The tally with one more step, whose cost of one example is
 *
 *   Σ_ℓ uses_ℓ·(n_ℓ + n_ℓ + m_ℓ)         forward, gradient of the inputs, gradient of the weights
 *
 * with n weights that are not zero and m of which ∂L/∂(effective weight) is needed: 3·f_S for masked gradients and 2·f_S + f_D for dense
 * ones, as the RigL paper counts them.
 *
 * @param promised What the pruner promises to leave, if it promises anything.
 * @see Evci et al., ICML 2020, appendix H, https://arxiv.org/abs/1911.11134
 */
export function withStep(
  { multiplyAdds, keptSince }: Tally,
  step: number,
  { nonzero, gradients }: StepCounts,
  layers: readonly PrunedLayer<unknown>[],
  promised: Target | undefined,
): Tally {
  const cost = layers.reduce((sum, { kernel }, i) => sum + kernel.uses * (2 * (nonzero[i] as number) + (gradients[i] as number)), 0);
  const kernels = layers.map(({ kernel }) => kernel);
  const isKept = keepsPromise(nonzero, kernels, promised);
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
  promised: Target | undefined,
  { steps, stepsPerEpoch, batchSize }: { readonly steps: number; readonly stepsPerEpoch: number; readonly batchSize: number },
): TrainingSummary {
  const sum = (of: readonly LayerResult[], value: (layer: LayerResult) => number) => of.reduce((total, layer) => total + value(layer), 0);
  const pruned = layers.filter((layer) => layer.prunable);
  const unpruned = layers.filter((layer) => !layer.prunable);
  const nonzero = pruned.map((layer) => layer.nonzero);
  const kernels = pruned.map(({ size, denseMultiplyAdds }) => ({ size, uses: denseMultiplyAdds / size }));
  const isKept = keepsPromise(nonzero, kernels, promised);
  const step = keptSince ?? steps;
  return {
    trainingMultiplyAdds: batchSize * (multiplyAdds + 3 * steps * sum(unpruned, (layer) => layer.denseMultiplyAdds)),
    denseTrainingMultiplyAdds: batchSize * 3 * steps * sum(layers, (layer) => layer.denseMultiplyAdds),
    reachedAt: isKept ? { step, epoch: step / stepsPerEpoch } : null,
  };
}

// --- helpers ---

function keepsPromise(nonzero: readonly number[], kernels: readonly Priced[], promised: Target | undefined): boolean {
  if (promised === undefined) return false;
  const allowance = allowanceOf(kernels, promised);
  return costOf(allowance, nonzero) <= allowance.budget + Math.floor(SLACK * allowance.budget);
}
