import type { PrunableOptions, Registry, RunRequest, RunSpec, TrainingOptions } from '@espalier/core';

/** A run, built again from its spec. */
export const requestFromSpec = (spec: RunSpec, registry: Registry): RunRequest => ({
  model: registry.build('model', spec.model),
  data: registry.build('dataset', spec.data),
  pruner: registry.build('pruner', spec.pruner),
  training: spec.training as TrainingOptions,
  prunable: (spec.prunable ?? {}) as PrunableOptions,
  seed: spec.seed,
  engine: spec.engine,
});
