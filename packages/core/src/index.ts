export { type Budget, checkBudget, readBudget, runBudget } from './allocations/budget.ts';
export { er } from './allocations/er.ts';
export { erk } from './allocations/erk.ts';
export { fromFile } from './allocations/from-file.ts';
export { fromRun } from './allocations/from-run.ts';
export { global } from './allocations/global.ts';
export { lamp } from './allocations/lamp.ts';
export { uniform } from './allocations/uniform.ts';
export { type EstimatorCurveOptions, type EstimatorPoint, estimatorCurve } from './analysis/estimator-curve.ts';
export {
  type ThresholdFunctionCondition,
  type ThresholdFunctionConditionOptions,
  thresholdFunctionConditions,
} from './analysis/threshold-function-conditions.ts';
export {
  type ThresholdFunctionCurveOptions,
  type ThresholdFunctionPoint,
  thresholdFunctionCurve,
} from './analysis/threshold-function-curve.ts';
export * from './component.ts';
export * from './cost/index.ts';
export type * from './engine.ts';
export { EspalierError, tooFewExamples } from './errors.ts';
export { failedAt } from './guard.ts';
export type * from './kinds/allocation.ts';
export type * from './kinds/calendar.ts';
export type * from './kinds/dataset.ts';
export type * from './kinds/estimator.ts';
export type * from './kinds/model.ts';
export type * from './kinds/operator.ts';
export * from './kinds/pruner.ts';
export type * from './kinds/regularizer.ts';
export type * from './kinds/schedule.ts';
export type * from './kinds/score.ts';
export type * from './kinds/threshold-function.ts';
export type * from './kinds/threshold-source.ts';
export { keepCount, keepCounts } from './masks/keep-counts.ts';
export { maskDigest } from './masks/mask-digest.ts';
export { kthLargest, topKMasks } from './masks/select.ts';
export { firstOut, selectWithin } from './masks/select-within.ts';
export { kthLargestScore, topK } from './masks/top-k.ts';
export { allocateCounts, type MaskState, topKMask, updateMasks } from './masks/update-masks.ts';
export { fractionDue, fractionInForce, type UpdateTimes, updatesOf } from './masks/update-times.ts';
export { type ApplyOptions, type AttachOptions, attach, type PrunedModel, type VariableRole } from './model/attach.ts';
export { prunableKernels } from './model/kernels.ts';
export { type PrunableOptions, prunableOptions } from './model/prunable.ts';
export { withoutValues } from './model/without-values.ts';
export { featherOperator } from './operators/feather.ts';
export { hard } from './operators/hard.ts';
export { soft } from './operators/soft.ts';
export { softRescaled } from './operators/soft-rescaled.ts';
export { sparsityOption } from './options.ts';
export { corePlugin } from './plugin.ts';
export { problemText } from './problem-text.ts';
export { type RandomStream, randomStream } from './random.ts';
export { readFloats } from './read-floats.ts';
export { type ComponentReference, createRegistry, type PluginOrigin, type Registry, toSpec } from './registry.ts';
export { elasticNet } from './regularizers/elastic-net.ts';
export { hoyerSquare } from './regularizers/hoyer-square.ts';
export { l1 } from './regularizers/l1.ts';
export { l2 } from './regularizers/l2.ts';
export * from './results.ts';
export { writeArchive } from './runs/archive.ts';
export { type ExecuteOptions, executeRun, failedResult, settledResult } from './runs/execute.ts';
export { toRunSpec } from './runs/identity.ts';
export type { RunRequest } from './runs/request.ts';
export { openRunFolder } from './runs/run-folder.ts';
export { loadModel, saveModel } from './runs/save-model.ts';
export { savedKernels } from './runs/saved-kernels.ts';
export { pluginSourceDigest } from './runs/source-digest.ts';
export { writeStudy } from './runs/study.ts';
export type { RunProgress } from './runs/train-epochs.ts';
export { cubic } from './schedules/cubic.ts';
export { linear } from './schedules/linear.ts';
export { oneShot } from './schedules/one-shot.ts';
export { magnitude } from './scores/magnitude.ts';
export { globalQuantile } from './sources/global-quantile.ts';
export type { HeldState } from './sources/held-thresholds.ts';
export { countsLeft, isExact, keepSurvivors } from './sources/survivors.ts';
export { type Granularity, thresholdShape } from './sources/threshold-shape.ts';
export { topKThreshold } from './sources/top-k.ts';
export { type Allowance, allowanceOf, costOf, evenAllowance, usesUp } from './targets/allowance.ts';
export { requestOf } from './targets/request.ts';
export {
  promiseAtEnd,
  promiseOf,
  TARGET_UNITS,
  type Target,
  type TargetUnit,
  targetOf,
  targetOptions,
  toTarget,
  unitAndValue,
} from './targets/target.ts';
export { tf } from './tf.ts';
export { applyThreshold, masked, maskedStraightThrough, sumToShape } from './thresholded.ts';
export { type ThresholdedPrunerOptions, thresholdedPruner } from './thresholded-pruner.ts';
export type { Batch } from './training/batch.ts';
export type { Evaluation } from './training/evaluation.ts';
export type { ForceMeter, Forces } from './training/force-meter.ts';
export { learningRateAt } from './training/learning-rate.ts';
export { crossEntropy, type Loss } from './training/loss.ts';
export { parseTraining, regularizerGroups, type Training, type TrainingOptions, trainingOptions } from './training/options.ts';
export { createTrainer, type StepCounts, type Trainer, type TrainerOptions } from './training/trainer.ts';
