import { type RunSpec, runId, settledResult, tooFewExamples, toRunSpec } from '@espalier/core';
import type { Config } from './config/config.ts';
import { measure } from './plan/measure.ts';
import { type Outline, outlineOf } from './plan/outline.ts';
import { type PlanWarning, warningsOf } from './plan/warnings.ts';
import { planRuns } from './plan-runs.ts';
import { openProject, type ProjectOptions } from './project.ts';

export interface PlanOptions extends Pick<ProjectOptions, 'folder' | 'source'> {
  /** Time a few steps of each kind of run, on random data. Default true. */
  readonly measure?: boolean;
}

/** A run that would be trained, without its seeds. */
export interface PlannedRun extends Omit<Outline, 'exceeding' | 'training' | 'stateDecayed' | 'hasNormalization'> {
  readonly spec: Omit<RunSpec, 'seed'>;
  readonly seeds: readonly number[];
  /** How many of the seeds are finished already. */
  readonly finished: number;
  readonly warnings: readonly PlanWarning[];
  /** Of one run; absent if it wasn't measured. */
  readonly seconds?: number;
  readonly bytes?: number;
  /** Why it couldn't be measured. */
  readonly unmeasured?: string;
}

export interface Plan {
  readonly runs: readonly PlannedRun[];
  /** About the whole comparison. */
  readonly warnings: readonly PlanWarning[];
  readonly workers: number;
  /** Of all that isn't finished, `workers` at a time; absent if something wasn't measured. */
  readonly seconds?: number;
}

/**
 * What a comparison would do, before anything is trained: every update of the masks with what it leaves, the cost of training and of the
 * result, time and memory, and what looks like a mistake. What `espalier plan` does.
 *
 * Throws `E_CONFIG`, `E_PLUGIN`, `E_COMPONENT_UNKNOWN`, `E_OPTIONS`, `E_ALLOCATION`, `E_BUDGET` or `E_TOO_FEW_EXAMPLES` for what can't be
 * carried out.
 */
export async function plan(config: Config = {}, options: PlanOptions = {}): Promise<Plan> {
  const project = await openProject(config, { ...options, command: 'plan' });
  const requests = planRuns(project.config, project.registry, project.engine);
  const [first] = requests;
  const splits = await first?.data.load();
  const examples = splits?.train.labels.length ?? 0;
  const groups = new Map<string, (typeof requests)[number][]>();
  for (const request of requests) {
    const key = runId({ ...toRunSpec(request), seed: 0 });
    groups.set(key, [...(groups.get(key) ?? []), request]);
  }
  const runs: PlannedRun[] = [];
  for (const members of groups.values()) {
    const [request] = members as [(typeof requests)[number]];
    const outline = outlineOf(request, examples);
    if (outline.totalSteps === 0) throw tooFewExamples(examples, outline.training.batchSize);
    const { exceeding: _, training: __, stateDecayed: ___, hasNormalization: ____, ...shown } = outline;
    const { seed: _____, ...spec } = toRunSpec(request);
    const seeds = [...new Set(members.map(({ seed }) => seed))];
    const sendable = options.measure === false ? undefined : project.sendable([request]);
    const measured =
      options.measure === false
        ? undefined
        : sendable
          ? await measure({
              spec: toRunSpec(request),
              stepsPerEpoch: outline.stepsPerEpoch,
              plugins: sendable.references,
              folder: sendable.folder,
            })
          : 'a component that only exists as an object can’t be sent to another process';
    runs.push({
      ...shown,
      spec,
      seeds,
      finished: seeds.filter((seed) => settledResult(project.runs, runId({ ...spec, seed }))?.status === 'finished').length,
      warnings: [...warningsOf(request, outline), ...duplicateWarnings(members.length, seeds.length)],
      ...(typeof measured === 'object' ? { seconds: (measured.milliseconds * outline.totalSteps) / 1000, bytes: measured.bytes } : {}),
      ...(typeof measured === 'string' ? { unmeasured: measured } : {}),
    });
  }
  const { workers } = project.config;
  const open = runs.map(({ seconds, seeds, finished }) => (seconds === undefined ? undefined : seconds * (seeds.length - finished)));
  const total = open.every((seconds) => seconds !== undefined) ? open.reduce((sum, seconds) => sum + seconds, 0) : undefined;
  return { runs, warnings: comparisonWarnings(runs), workers, ...(total === undefined ? {} : { seconds: total / workers }) };
}

// --- helpers ---

const duplicateWarnings = (given: number, different: number): PlanWarning[] =>
  given > different
    ? [
        {
          code: 'W_DUPLICATE',
          message: `it is asked for ${given} times with ${different} ${different === 1 ? 'seed' : 'seeds'}: equal runs are trained once. Leave the copies out.`,
        },
      ]
    : [];

/** What no single run shows. */
function comparisonWarnings(runs: readonly PlannedRun[]): PlanWarning[] {
  const pruned = runs.filter(({ calendar }) => calendar?.updates.length !== 0);
  const hasControl = runs.some(({ calendar }) => calendar?.updates.length === 0);
  const oneSeed = runs.length > 1 && runs.every(({ seeds }) => seeds.length < 2);
  return [
    ...(pruned.length && !hasControl
      ? [
          {
            code: 'W_NO_CONTROL',
            message: 'no dense run is among them: accuracies can’t be read against the unpruned network. Add "dense" to the pruners.',
          },
        ]
      : []),
    ...(oneSeed
      ? [
          {
            code: 'W_ONE_SEED',
            message: 'one seed can’t tell a difference from chance: no interval, nothing bold. Give several, as --seeds 0,1,2.',
          },
        ]
      : []),
  ];
}
