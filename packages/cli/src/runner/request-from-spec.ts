import type { PrunableOptions, Registry, RunRequest, RunSpec } from '@espalier/core';
import { buildTraining, type TrainingReferences } from '../build-training.ts';

/** A run, built again from its spec. */
export const requestFromSpec = (spec: RunSpec, registry: Registry): RunRequest => ({
  model: registry.build('model', spec.model),
  data: registry.build('dataset', spec.data),
  pruner: registry.build('pruner', spec.pruner),
  training: buildTraining(spec.training as TrainingReferences, registry),
  prunable: (spec.prunable ?? {}) as PrunableOptions,
  seed: spec.seed,
  engine: spec.engine,
});
