import {
  type Component,
  type Kind,
  parseTraining,
  type Registry,
  type RunRequest,
  requestOf,
  type Study,
  type StudyRun,
  toSpec,
} from '@espalier/core';
import { buildTraining } from '../build-training.ts';
import type { Ablation, ResolvedConfig } from '../config/config.ts';
import { axesMissing, combinationsRefused } from '../errors.ts';
import { atEveryTarget, buildTask, checkTargets, kebab, type PlannedRun, plannedRun } from '../plan-runs.ts';
import { type Axis, type AxisEntry, resolveAxes, type Variant } from './axes.ts';

export interface AblationPlan {
  /** The points and their runs. */
  readonly study: Study;
  /** The runs of the study, after a dense one per training and seed. */
  readonly requests: readonly RunRequest[];
  /** The components on the axes. */
  readonly compared: readonly Component<Kind>[];
}

/**
 * Every run of an ablation: point × sparsity × seed. The base is a point once, in either mode. Dense runs go with it, though they are no
 * points of it: one training more per seed, shared with every other comparison, and what every accuracy is read against.
 *
 * Builds every component. Throws `E_AXIS`, `E_COMPONENT_UNKNOWN`, or `E_OPTIONS` with the points that a component refuses.
 */
export function planAblation(config: ResolvedConfig, registry: Registry, engine: RunRequest['engine'], command: string): AblationPlan {
  const { ablation, prunable, seeds, targets } = config;
  const training = buildTraining(config.training, registry);
  const axes = resolveAxes(ablation, training, registry);
  if (!axes.length) throw axesMissing('estimator');
  const task = buildTask(config, registry);
  const everySeed = (pruner: Component<'pruner'>, of: Variant['training']): PlannedRun[] =>
    seeds.map((seed) => plannedRun({ ...task, pruner, training: of, prunable, seed, engine }, registry));
  const points = pointsOf(axes, { pruner: ablation.pruner, training }, ablation.mode, (variant) => {
    parseTraining(variant.training);
    const pruners = atEveryTarget(registry, variant.pruner, targets);
    checkTargets(pruners, task, prunable);
    return pruners.flatMap((pruner) => everySeed(pruner, variant.training));
  });
  const dense = points.flatMap((point) => everySeed(registry.build('pruner', 'dense'), point.training));
  const study: Study = {
    format: 1,
    name: ablation.name ?? defaultName(ablation, axes, task),
    command,
    mode: ablation.mode,
    axes: axes.map(({ name, entries, base }) => ({ name, values: entries.map(({ label }) => label), base: base.label })),
    runs: points.flatMap(({ at, runs }) => runs.map(({ id, spec, request }): StudyRun => ({ id, spec, ...requestOf(request.pruner), at }))),
  };
  const byId = new Map([...dense, ...points.flatMap(({ runs }) => runs)].map(({ id, request }) => [id, request]));
  return {
    study,
    requests: [...byId.values()],
    compared: axes.flatMap(({ entries }) => entries.flatMap(({ component }) => component ?? [])),
  };
}

// --- helpers ---

interface Point {
  /** The value's label on each axis. */
  readonly at: Record<string, string>;
  readonly training: Variant['training'];
  readonly runs: readonly PlannedRun[];
}

/** All points, or an error that names every one that can't be built. */
function pointsOf(
  axes: readonly Axis[],
  base: Variant,
  mode: Ablation['mode'],
  build: (variant: Variant) => readonly PlannedRun[],
): Point[] {
  const refused: { at: string; problem: string }[] = [];
  const points = (mode === 'grid' ? grid(axes) : oneAtATime(axes)).flatMap((entries): Point[] => {
    const set = axes.map((axis, index) => ({ axis, entry: entries[index] as AxisEntry }));
    // In a grid base values are set too: another pruner may have other ones. One at a time, what isn't varied stays untouched.
    const changes = mode === 'grid' ? set : set.filter(({ axis, entry }) => entry !== axis.base);
    try {
      const variant = changes.toSorted(outermostFirst).reduce((so, { entry }) => entry.set(so), base);
      const at = Object.fromEntries(set.map(({ axis, entry }) => [axis.name, entry.label]));
      return [{ at, training: variant.training, runs: build(variant) }];
    } catch (error) {
      refused.push({ at: entries.map(({ label }) => label).join(' × '), problem: (error as Error).message });
      return [];
    }
  });
  if (refused.length) throw combinationsRefused(refused);
  return points;
}

/** The pruner, then its options, then those inside of them. */
const outermostFirst = (a: { axis: Axis }, b: { axis: Axis }): number => depth(a.axis) - depth(b.axis);
const depth = ({ name, path }: Axis): number => (name === 'pruner' ? 0 : path.length);

/** In the order of the axes, the last one changing fastest. */
const grid = (axes: readonly Axis[]): (readonly AxisEntry[])[] =>
  axes.reduce<(readonly AxisEntry[])[]>(
    (points, { entries }) => points.flatMap((point) => entries.map((entry) => [...point, entry])),
    [[]],
  );

/** The base, then each axis' other values. */
function oneAtATime(axes: readonly Axis[]): (readonly AxisEntry[])[] {
  const base = axes.map((axis) => axis.base);
  const others = axes.flatMap((axis, index) => axis.entries.filter((entry) => entry !== axis.base).map((entry) => base.with(index, entry)));
  return [base, ...others];
}

/** "str-threshold-function-lenet5-mnist" */
const defaultName = ({ pruner }: Ablation, axes: readonly Axis[], { model, data }: Pick<RunRequest, 'model' | 'data'>): string =>
  [toSpec(pruner).use, ...axes.map(({ name }) => name), model.spec.use, data.spec.use].map(kebab).join('-');
