import {
  allowanceOf,
  type Component,
  type ComponentReference,
  type Dataset,
  failedAt,
  isBuilt,
  type PrunableOptions,
  promiseOf,
  prunableKernels,
  type Registry,
  type RunRequest,
  type RunSpec,
  runId,
  TARGET_UNITS,
  type Target,
  tf,
  toRunSpec,
  toSpec,
  withoutValues,
} from '@espalier/core';
import { buildTraining } from './build-training.ts';
import type { ResolvedConfig } from './config/config.ts';

/**
 * Every run of a comparison: pruner × target × seed. A pruner that has no option `sparsity`, or that sets a target itself, isn't multiplied.
 * Builds every component, so that a mistake shows before anything is trained.
 */
export function planRuns(config: ResolvedConfig, registry: Registry, engine: RunRequest['engine']): RunRequest[] {
  const { model, data } = buildTask(config, registry);
  const pruners = config.pruners.flatMap((reference) => atEveryTarget(registry, reference, config.targets));
  checkTargets(pruners, { model, data }, config.prunable);
  const { prunable } = config;
  const training = buildTraining(config.training, registry);
  return pruners.flatMap((pruner) =>
    config.seeds.map((seed) => withPlugins({ model, data, pruner, training, prunable, seed, engine }, registry)),
  );
}

/** The run with the digests of the plugins that it uses, which are part of its identity. */
export const withPlugins = (run: RunRequest, registry: Registry): RunRequest => ({ ...run, plugins: registry.pluginsOf(run) });

/** Model and data, which are the same for all runs; they go together. */
export function buildTask(config: ResolvedConfig, registry: Registry): Pick<RunRequest, 'model' | 'data'> {
  const model = registry.build('model', config.model);
  const data = registry.build('dataset', config.data);
  checkModel(model, data, config.prunable);
  return { model, data };
}

/** The pruner, built for every target; once, if it has no option `sparsity` or sets a target itself. */
export function atEveryTarget(
  registry: Registry,
  reference: ComponentReference<'pruner'>,
  targets: readonly Target[],
): Component<'pruner'>[] {
  const { use, ...options } = toSpec(reference);
  if (isBuilt(reference) && !isRegistered(registry, use)) return [reference];
  const takesTargets = 'sparsity' in registry.get('pruner', use).definition.options.shape;
  const isSet = TARGET_UNITS.some((unit) => options[unit] !== undefined);
  if (!takesTargets || isSet) return [registry.build('pruner', { use, ...options })];
  return targets.map((target) => registry.build('pruner', { use, ...options, ...target }));
}

/** Throws `E_TARGET` for a budget that not even a single weight of this model fits. */
export function checkTargets(
  pruners: readonly Component<'pruner'>[],
  { model, data: { inputShape, classes } }: Pick<RunRequest, 'model' | 'data'>,
  prunable: PrunableOptions,
): void {
  const promises = pruners.flatMap((pruner) => promiseOf(pruner) ?? []);
  if (promises.every((promise) => 'sparsity' in promise)) return;
  const built = withoutValues(() => model.build({ inputShape, classes, seed: () => 1 }));
  try {
    const kernels = prunableKernels(built, prunable);
    for (const promise of promises) allowanceOf(kernels, promise);
  } finally {
    built.dispose();
  }
}

/** A run with its identity. */
export interface PlannedRun {
  readonly request: RunRequest;
  readonly spec: RunSpec;
  readonly id: string;
}

export function plannedRun(run: RunRequest, registry: Registry): PlannedRun {
  const request = withPlugins(run, registry);
  const spec = toRunSpec(request);
  return { request, spec, id: runId(spec) };
}

/** kebab-case, for a part of a study's name. */
export const kebab = (text: string): string =>
  text
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .toLowerCase();

// --- helpers ---

/** Builds the network once, to see that it takes the data's inputs and has the kernels that are named. */
function checkModel(model: Component<'model'>, { inputShape, classes }: Dataset, prunable: PrunableOptions): void {
  tf.enableProdMode(); // or TensorFlow.js advertises tfjs-node here
  const built = withoutValues(() => buildOnce(model, { inputShape, classes }));
  try {
    prunableKernels(built, prunable);
  } finally {
    built.dispose();
  }
}

function buildOnce(model: Component<'model'>, shapes: Pick<Dataset, 'inputShape' | 'classes'>): tf.LayersModel {
  try {
    return model.build({ ...shapes, seed: () => 1 });
  } catch (error) {
    throw failedAt(error, {});
  }
}

const isRegistered = (registry: Registry, name: string): boolean =>
  registry.list('pruner').some((factory) => factory.definition.name === name);
