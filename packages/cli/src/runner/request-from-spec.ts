import type { PrunableOptions, Registry, RunRequest, RunSpec } from '@espalier/core';
import { buildTraining, type TrainingReferences } from '../build-training.ts';
import { pluginChanged } from '../errors.ts';

/** A run, built again from its spec. Throws `E_PLUGIN_CHANGED` if a plugin has another digest than the spec says. */
export function requestFromSpec(spec: RunSpec, registry: Registry): RunRequest {
  const run = {
    model: registry.build('model', spec.model),
    data: registry.build('dataset', spec.data),
    pruner: registry.build('pruner', spec.pruner),
    training: buildTraining(spec.training as TrainingReferences, registry),
    prunable: (spec.prunable ?? {}) as PrunableOptions,
    seed: spec.seed,
    engine: spec.engine,
  };
  const [planned, found] = [spec.plugins ?? {}, registry.pluginsOf(run)];
  const changed = Object.keys({ ...planned, ...found }).find((name) => planned[name] !== found[name]);
  if (changed !== undefined) throw pluginChanged(changed, planned[changed], found[changed]);
  return { ...run, plugins: found };
}
