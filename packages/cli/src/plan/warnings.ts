import type { RunRequest } from '@espalier/core';
import type { Outline } from './outline.ts';

/** Something that a run would do and nobody would want, seen before it is trained. */
export interface PlanWarning {
  /** Stable; the wording is not. */
  readonly code: string;
  /** What is wrong, where, and what to do. */
  readonly message: string;
}

/** Every warning for one run. They come from its calendar, its kernels and its training, whatever its method is. */
export function warningsOf(request: RunRequest, outline: Outline): PlanWarning[] {
  return CHECKS.flatMap((check) => check(request, outline) ?? []);
}

// --- helpers ---

type Check = (request: RunRequest, outline: Outline) => PlanWarning | undefined;

/** A jump of more than this much of the sparsity at the very end is not recovered from. */
const JUMP = 0.02;
/** Training that is left after the target was reached, as a share: below it the network hardly recovers. */
const RECOVERY = 0.1;
/** Weights a layer needs for each of its outputs to have one, as a share of the outputs. */
const DEAD_OUTPUTS = 0.5;
/** How much lower the sparsity of the whole model may be than what was asked for. */
const DILUTED = 0.05;
/** Layers with weights from which on networks without normalization are known to be hard to prune. */
const DEEP = 8;
/** Of the weights: a threshold that takes fewer away prunes nothing. */
const VISIBLE = 0.01;

const warning = (code: string, message: string): PlanWarning => ({ code, message });
const share = (fraction: number): string => `${Number((fraction * 100).toFixed(2))} %`;

/** Updates that fall into the training, without what `finish` does. */
const during = ({ calendar, totalSteps }: Outline) => calendar?.updates.filter(({ step }) => step < totalSteps) ?? [];

const CHECKS: readonly Check[] = [
  function neverUpdates(_, outline) {
    const { calendar, totalSteps } = outline;
    if (!calendar?.updates.at(-1)?.sparsity || during(outline).some(({ sparsity }) => sparsity > 0)) return undefined;
    return warning(
      'W_NO_UPDATE',
      `no update falls into the ${totalSteps} steps of the training: the weights are pruned once after it, and nothing recovers. Lower "every", or start the schedule earlier.`,
    );
  },

  function stopsShort({ pruner }, { calendar }) {
    const last = calendar?.updates.at(-1);
    const { sparsity } = pruner.spec as { sparsity?: unknown };
    if (!last || last.fraction === 1) return undefined;
    const target = typeof sparsity === 'number' ? ` of ${share(sparsity)}` : '';
    return warning(
      'W_SHORT_OF_TARGET',
      `the schedule ends at ${share(last.fraction)} of the way to the target${target}: the run will have ${share(last.sparsity)}. Take a schedule that ends at 1.`,
    );
  },

  function jumpsAtTheEnd(_, outline) {
    const { calendar, totalSteps } = outline;
    const before = during(outline).at(-1);
    const last = calendar?.updates.at(-1);
    if (!before || last?.step !== totalSteps || before.sparsity === 0 || last.sparsity - before.sparsity <= JUMP) return undefined;
    return warning(
      'W_JUMP_AT_END',
      `the last update of the training leaves ${share(before.sparsity)}; the way to ${share(last.sparsity)} is made after it, without a step to recover. Lower "every", or end the schedule earlier.`,
    );
  },

  function leavesNoTime(_, outline) {
    const { calendar, totalSteps } = outline;
    const last = calendar?.updates.at(-1);
    const reached = calendar?.updates.find(({ sparsity }) => last && sparsity >= 0.99 * last.sparsity);
    if (!reached || reached.step >= totalSteps || !last?.sparsity || reached.step <= (1 - RECOVERY) * totalSteps) return undefined;
    return warning(
      'W_NO_RECOVERY',
      `the target is reached in step ${reached.step} of ${totalSteps}, with ${totalSteps - reached.step} left to recover. End the schedule earlier.`,
    );
  },

  function prunesDuringWarmup(_, outline) {
    const { training, totalSteps, calendar } = outline;
    const warmup = training.warmup * totalSteps;
    const last = calendar?.updates.at(-1);
    const reached = calendar?.updates.find(({ sparsity }) => last && sparsity >= 0.99 * last.sparsity);
    const isOneShot = reached && reached === calendar?.updates[0];
    if (!reached || isOneShot || reached.step >= warmup) return undefined;
    return warning(
      'W_WARMUP',
      `the target is reached in step ${reached.step}, before the learning rate has risen (step ${Math.ceil(warmup)}): the weights that are chosen have hardly been trained. Start the schedule after training.warmup, or shorten that.`,
    );
  },

  function collapses(_, { calendar, kernels }) {
    const counts = calendar?.updates.at(-1)?.counts ?? [];
    const empty = kernels.filter((_, i) => counts[i] === 0).map(({ name }) => name);
    if (!empty.length) return undefined;
    return warning(
      'W_LAYER_COLLAPSE',
      `nothing is left of ${names(empty)}${calendar?.dynamic ? ', by the initial weights' : ''}: what comes after gets no signal. Lower the sparsity, or take another allocation.`,
    );
  },

  function killsOutputs(_, { calendar, kernels }) {
    const counts = calendar?.updates.at(-1)?.counts ?? [];
    const starved = kernels.filter(({ filters }, i) => (counts[i] ?? filters) > 0 && (counts[i] ?? filters) < DEAD_OUTPUTS * filters);
    if (!starved.length) return undefined;
    const shown = starved.map(
      ({ name, filters }) => `"${name}" (${counts[kernels.findIndex((kernel) => kernel.name === name)]} weights for ${filters} outputs)`,
    );
    return warning(
      'W_DEAD_OUTPUTS',
      `most outputs are left without a weight in ${shown.slice(0, 4).join(', ')}${shown.length > 4 ? ` and ${shown.length - 4} more` : ''}. Lower the sparsity, or take another allocation.`,
    );
  },

  function leavesDense({ prunable = {} }, { calendar, layers, parameters }) {
    const asked = calendar?.updates.at(-1)?.sparsity;
    const dense = layers.filter((layer) => !layer.prunable);
    if (!asked || !dense.length || !Object.keys(prunable).length) return undefined;
    const zeros = layers.reduce((sum, { size, nonzero }) => sum + size - nonzero, 0);
    const whole = zeros / parameters;
    if (asked - whole <= DILUTED) return undefined;
    return warning(
      'W_LEFT_DENSE',
      `${share(asked)} are meant of what is pruned; with ${names(dense.map(({ name }) => name))} left dense, the whole model has ${share(whole)}. Prune these too, or say the sparsity with its denominator.`,
    );
  },

  function lacksNormalization(_, { calendar, kernels, hasNormalization }) {
    const sparsity = calendar?.updates.at(-1)?.sparsity;
    if (sparsity === 0 || hasNormalization || kernels.length < DEEP) return undefined;
    return warning(
      'W_NO_NORMALIZATION',
      `${kernels.length} layers without a normalization layer among them: what pruning takes from the signal is not made up for, and deep networks stop training. Add batch normalization, or prune less.`,
    );
  },

  function exceedsThresholdLimit({ pruner }, { calendar, exceeding }) {
    const thresholdLimit = pruner.thresholdLimit?.();
    const last = calendar?.updates.at(-1);
    if (thresholdLimit === undefined || !last || !Number.isFinite(thresholdLimit)) return undefined;
    const above = exceeding(thresholdLimit);
    const isTight = last.sparsity > SAFE_BELOW_LIMIT && thresholdLimit < 1;
    if (above <= last.nonzero && !isTight) return undefined;
    const why =
      above > last.nonzero
        ? `${above} initial weights are larger`
        : `above ${share(SAFE_BELOW_LIMIT)}, trained weights that are larger outnumber the ${last.nonzero} that may stay`;
    return warning(
      'W_THRESHOLD_LIMIT',
      `thresholds end at ${Number(thresholdLimit.toPrecision(3))}, and ${why}: the budget is met only by cutting after the training. Take a threshold function without that limit, such as exp.`,
    );
  },

  function neverPrunes({ pruner }, { stateDecayed, exceeding, kernels }) {
    if (!pruner.thresholdAfter || stateDecayed === undefined) return undefined;
    const size = kernels.reduce((sum, kernel) => sum + kernel.size, 0);
    const threshold = pruner.thresholdAfter(stateDecayed);
    if (size - exceeding(threshold) >= VISIBLE * size) return undefined;
    return warning(
      'W_NEVER_PRUNES',
      `weight decay alone brings the thresholds to ${threshold.toPrecision(2)} by the end, which is below nearly all weights: nothing will be pruned. Raise "decay" or the learning rate, train longer, or start nearer to 0.`,
    );
  },

  function prunesEverything({ pruner }, { stateDecayed, exceeding }) {
    if (!pruner.thresholdAfter || stateDecayed === undefined) return undefined;
    const threshold = pruner.thresholdAfter(stateDecayed);
    if (exceeding(threshold) > 0) return undefined;
    return warning(
      'W_PRUNES_ALL',
      `weight decay alone brings the thresholds to ${threshold.toPrecision(2)} by the end, above every weight: only the task's gradient holds them back, and layers may die. Lower "decay", or start further from 0.`,
    );
  },
];

/** Sparsity up to which bounded thresholds were seen to reach their budget. */
const SAFE_BELOW_LIMIT = 0.99;

const names = (list: readonly string[]): string =>
  list
    .slice(0, 4)
    .map((name) => `"${name}"`)
    .join(', ') + (list.length > 4 ? ` and ${list.length - 4} more` : '');
