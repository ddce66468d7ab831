import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { archiveBroken, resultUnreadable } from './errors.ts';
import { problemsText, problemText } from './problem-text.ts';
import { runId } from './runs/run-id.ts';
import { unseal } from './runs/seal.ts';

export { type CopiedResult, type CopiedResults, readCopiedResults } from './copied-results.ts';
export { EspalierError } from './errors.ts';
export { canonicalJson, digestOf, runId } from './runs/run-id.ts';

/**
 * What a run leaves behind, and how to read it. Reports know nothing else of a run. No TensorFlow.js in this module: it is
 * `@espalier/core/results`.
 *
 *   runs/<id>/run.json       what was asked for, by whom, on what machine, how long it took
 *   runs/<id>/log.jsonl      what happened on the way: one JSON object a line
 *   runs/<id>/result.json    what came out; byte for byte the same for the same spec on the same machine and engine
 *   runs/<id>/model/         the pruned model, a `tf.LayersModel`
 *   runs/<name>.study.json   what a study set out to run
 *   runs/<id>/checkpoint/    where an interrupted run goes on; gone when the run is finished
 */

const fraction = z.number().min(0).max(1);
const count = z.int().nonnegative();

/** A component as data: its name under `use`, and the options that differ from the defaults. */
export const specSchema = z.looseObject({ use: z.string() });
export type Spec = { readonly use: string; readonly [option: string]: unknown };

/** All that decides the outcome of a run. Its canonical form, hashed, is the run's id. */
export const runSpecSchema = z.strictObject({
  model: specSchema,
  data: specSchema,
  pruner: specSchema,
  /** Training options that differ from the defaults. */
  training: z.record(z.string(), z.unknown()),
  /** Which kernels are pruned, where that differs from "all". */
  prunable: z.record(z.string(), z.unknown()).optional(),
  seed: z.int(),
  engine: z.strictObject({ name: z.string(), threads: z.int().positive() }),
  /** Digests of the plugins whose components it uses, by their names; built-in ones have none. */
  plugins: z.record(z.string(), z.string()).optional(),
});
export type RunSpec = z.infer<typeof runSpecSchema>;

/** What was asked for in another unit than sparsity: a share of the dense multiply-adds or bytes of the pruned kernels. */
export const targetInUnitSchema = z.strictObject({ unit: z.enum(['multiplyAdds', 'bytes']), value: fraction });
export type TargetInUnit = z.infer<typeof targetInUnitSchema>;

/** One kernel, prunable or not. */
export const layerResultSchema = z.strictObject({
  name: z.string(),
  shape: z.array(z.int()),
  size: count,
  /** Nonzero effective weights, counted by core. */
  nonzero: count,
  /** 1 − nonzero / size. */
  sparsity: fraction,
  /** Multiply-adds of one forward pass of one example, of the nonzero weights and of all. */
  multiplyAdds: z.number(),
  denseMultiplyAdds: z.number(),
  /** Magnitude below which weights are zero, where the method has one (mean, where it has several). */
  threshold: z.number().optional(),
  /** False for a kernel that was left dense on purpose. */
  prunable: z.boolean(),
});
export type LayerResult = z.infer<typeof layerResultSchema>;

const identity = {
  format: z.literal(1),
  id: z.string(),
  spec: runSpecSchema,
  pruner: z.string(),
  seed: z.int(),
  /** The sparsity that was asked for; null if none was. */
  requested: fraction.nullable(),
  target: targetInUnitSchema.optional(),
};

export const finishedResultSchema = z.strictObject({
  ...identity,
  status: z.literal('finished'),
  /** Zeros among the prunable weights, as a fraction. */
  sparsity: fraction,
  size: count,
  nonzero: count,
  /** Zeros among all trainable and non-trainable parameters of the model, as a fraction. */
  wholeSparsity: fraction,
  parameters: count,
  multiplyAdds: z.number(),
  denseMultiplyAdds: z.number(),
  /** What is left of the pruned kernels in the unit of `target`, as a share of the dense ones. */
  reached: z.number().nonnegative().optional(),
  /** On the test set, which is touched once, after the last epoch. */
  accuracy: fraction,
  loss: z.number(),
  /** On the validation split after the last epoch, and the epoch where it was best (from 1). */
  validation: z.strictObject({ accuracy: fraction, loss: z.number(), bestAccuracy: fraction, bestEpoch: z.int().positive() }),
  epochs: z.int().positive(),
  steps: z.int().positive(),
  layers: z.array(layerResultSchema),
  /**
   * Multiply-adds of the whole training: of every step with every example of its batch, forward, gradient of the inputs and gradient of the
   * weights; evaluation aside. And those of the same training without pruning. Results of older versions lack these three.
   */
  trainingMultiplyAdds: z.number().optional(),
  denseTrainingMultiplyAdds: z.number().optional(),
  /**
   * The step (from 0; `steps` for what the end of the training did) from which on no step used more than 1.01 times what the pruner
   * promises to leave, weights or their multiply-adds, and the epochs done by then. Null where nothing is promised, or where the promise was not kept.
   */
  reachedAt: z.strictObject({ step: count, epoch: z.number().nonnegative() }).nullable().optional(),
});
export type FinishedResult = z.infer<typeof finishedResultSchema>;

export const failedResultSchema = z.strictObject({
  ...identity,
  status: z.literal('failed'),
  failure: z.strictObject({
    code: z.string(),
    message: z.string(),
    step: z.int().optional(),
    layer: z.string().optional(),
    /** The plugin whose component failed, and which of its members: `beforeStep`, or `at` of a schedule. The message names the component. */
    plugin: z.string().optional(),
    hook: z.string().optional(),
    /** False if the same would happen again (a loss that is not finite): the run is not tried again. */
    retry: z.boolean(),
  }),
});
export type FailedResult = z.infer<typeof failedResultSchema>;

export const resultSchema = z.discriminatedUnion('status', [finishedResultSchema, failedResultSchema]);
export type RunResult = z.infer<typeof resultSchema>;

/** A run that a study needs, whether it is there or not. */
export const studyRunSchema = z.strictObject({
  id: z.string(),
  spec: runSpecSchema,
  requested: fraction.nullable(),
  target: targetInUnitSchema.optional(),
  /** The point of the study: the value's label on each axis. */
  at: z.record(z.string(), z.string()),
});
export type StudyRun = z.infer<typeof studyRunSchema>;

/**
 * What the second axis of a swap study holds, besides each method as it is: the methods' selections, on the budgets of the first axis, and
 * controls.
 */
export const swapSchema = z.strictObject({
  /** By the method's label on the first axis; methods that differ in their allocation alone share one. */
  selectionOf: z.record(z.string(), z.string()),
  controls: z.array(z.string()),
  /** Controls that can't be had, and why. */
  leftOut: z.array(z.strictObject({ control: z.string(), reason: z.string() })),
});

/** What a study set out to run, in `runs/<name>.study.json`: tables lay its runs out by it, and say which are missing. */
export const studySchema = z.strictObject({
  format: z.literal(1),
  /** kebab-case, as in the file's name. */
  name: z.string(),
  command: z.string(),
  mode: z.enum(['one-at-a-time', 'grid']),
  /** What is varied, with the labels of all values; `base` is the value the others are compared with. */
  axes: z.array(z.strictObject({ name: z.string(), values: z.array(z.string()), base: z.string() })).min(1),
  swap: swapSchema.optional(),
  runs: z.array(studyRunSchema),
});
export type Study = z.infer<typeof studySchema>;

/**
 * What moves a trained variable s of a pruner's state: means over its elements and over the steps since the entry before, weighed by the
 * learning rates η. Each force is a change of s per step and unit of learning rate; positive is up. Without momentum s has moved by
 * Σ η·(task + decay + correction); with it, s rests where the three add up to 0.
 */
export interface StateLog {
  /** Of the variable itself, after the step. */
  readonly value: number;
  /** −∂L/∂s of the batches; for STR's s: g'(s)·Σ G·sign(W)·1{active}. */
  readonly task: number;
  /** Of weight decay, −λ·s, or what stands in its place: −∇R(s) of a regularizer, and the pruner's own penalty. */
  readonly decay: number;
  /** What the pruner did to s between the steps, as the force that SGD with its momentum would have needed to move it as far. */
  readonly correction: number;
}

/** A pruned layer after a step. Logs of old runs lack what is optional; numbers that are there for the looking have six digits. */
export interface LayerLog {
  readonly name: string;
  readonly nonzero: number;
  readonly sparsity: number;
  /** Magnitude below which weights are zero, where the method has one (mean, where it has several). */
  readonly threshold?: number;
  /** Mean of |W| over all stored weights, pruned or not. */
  readonly meanMagnitude?: number;
  /** Share of the weights that were nonzero and are zero or the other way around, compared with the entry before (first: the start). */
  readonly churn?: number;
  /** Share of the weights that were nonzero at the start or at any entry so far. What was nonzero between entries only is not seen. */
  readonly everActive?: number;
  /** The trained variables of the pruner's state, by their names in it. */
  readonly state?: Readonly<Record<string, StateLog>>;
}

/** Where a result comes from, as far as it is the same each time: no times, no machine. */
export const originSchema = z.strictObject({
  command: z.string(),
  versions: z.record(z.string(), z.string()),
  engine: z.strictObject({ name: z.string(), version: z.string(), threads: z.int().positive() }),
});
export type Origin = z.infer<typeof originSchema>;

const archivedRunSchema = z.strictObject({ result: resultSchema, origin: originSchema.optional() });
const archiveEntrySchema = z.union([archivedRunSchema, z.strictObject({ study: studySchema })]);
export type ArchivedRun = z.infer<typeof archivedRunSchema>;
export type ArchiveEntry = z.infer<typeof archiveEntrySchema>;

/** Results and studies in one sealed file, small enough to be committed: no models, no logs. */
export interface Archive {
  readonly studies: readonly Study[];
  readonly runs: readonly ArchivedRun[];
}

/** One line of `log.jsonl`. Steps count from 0; `step` is the last finished one. */
export type LogEntry =
  | {
      readonly type: 'step';
      readonly step: number;
      /** Epochs done, as a real number. */
      readonly epoch: number;
      /** Mean training loss since the entry before. */
      readonly loss: number;
      readonly learningRate: number;
      readonly sparsity: number;
      readonly layers: readonly LayerLog[];
    }
  | {
      readonly type: 'epoch';
      readonly step: number;
      readonly epoch: number;
      readonly loss: number;
      readonly validation: { readonly accuracy: number; readonly loss: number };
      readonly sparsity: number;
    };

/** `run.json`: provenance and wall time, which may differ between two runs of the same spec. */
export interface RunRecord {
  readonly format: 1;
  readonly id: string;
  readonly spec: RunSpec;
  readonly command: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly engine: { readonly name: string; readonly version: string; readonly threads: number };
  readonly machine: { readonly platform: string; readonly cpu: string; readonly cores: number; readonly node: string };
  readonly startedAt: string;
  readonly finishedAt?: string;
  /** Wall time of training and evaluation over all attempts. */
  readonly seconds?: number;
}

/** The result in a run's folder, or undefined if the run has none yet. Throws `E_RESULT` for a file that isn't one. */
export function readResult(runFolder: string): RunResult | undefined {
  const file = path.join(runFolder, 'result.json');
  if (!existsSync(file)) return undefined;
  const parsed = resultSchema.safeParse(readJson(file), { error: problemText });
  if (!parsed.success) throw resultUnreadable(file, problemsText(parsed.error), parsed.error);
  return parsed.data;
}

/** The results below a folder of runs, or in an archive, in the order of their ids. */
export function readResults(source: string): RunResult[] {
  if (isFile(source)) return readArchive(source).runs.map(({ result }) => result);
  if (!existsSync(source)) return [];
  return readdirSync(source)
    .sort()
    .flatMap((name) => readResult(path.join(source, name)) ?? []);
}

const STUDY = '.study.json';

/** The studies whose runs are below a folder, or in an archive, by name. Throws `E_RESULT` for a file that isn't one. */
export function readStudies(source: string): Study[] {
  if (isFile(source)) return [...readArchive(source).studies];
  if (!existsSync(source)) return [];
  const files = readdirSync(source).filter((name) => name.endsWith(STUDY));
  return files.sort().map((name) => {
    const file = path.join(source, name);
    const parsed = studySchema.safeParse(readJson(file), { error: problemText });
    if (!parsed.success) throw resultUnreadable(file, problemsText(parsed.error), parsed.error);
    return parsed.data;
  });
}

/**
 * A sealed archive. Throws `E_RESULT` with the line where a line was changed, dropped or added, or where a run's id isn't that of its
 * spec.
 */
export function readArchive(file: string): Archive {
  const entries = unseal(readFileSync(file), file).map(({ line, content }) => {
    const parsed = archiveEntrySchema.safeParse(content, { error: problemText });
    if (!parsed.success) throw archiveBroken(file, line, problemsText(parsed.error));
    const stranger = runsOf(parsed.data).find(({ id, spec }) => id !== runId(spec));
    if (stranger) throw archiveBroken(file, line, `the id of run ${stranger.id} is not that of its spec`);
    return parsed.data;
  });
  return {
    studies: entries.flatMap((entry) => ('study' in entry ? [entry.study] : [])),
    runs: entries.flatMap((entry) => ('result' in entry ? [entry] : [])),
  };
}

/** Where the study of that name is kept. */
export const studyFile = (folder: string, name: string): string => path.join(folder, name + STUDY);

/** The log of a run, oldest entry first; empty if there is none. A line cut off by a crash is left out. */
export function readLog(runFolder: string): LogEntry[] {
  const file = path.join(runFolder, 'log.jsonl');
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return line ? [JSON.parse(line) as LogEntry] : [];
      } catch {
        return [];
      }
    });
}

/** Provenance of a run, or undefined if there is none. Throws `E_RESULT` for a file that isn't JSON. */
export function readRecord(runFolder: string): RunRecord | undefined {
  const file = path.join(runFolder, 'run.json');
  return existsSync(file) ? (readJson(file) as RunRecord) : undefined;
}

// --- helpers ---

const isFile = (source: string): boolean => statSync(source, { throwIfNoEntry: false })?.isFile() ?? false;

const runsOf = (entry: ArchiveEntry): readonly { readonly id: string; readonly spec: RunSpec }[] =>
  'study' in entry ? entry.study.runs : [entry.result];

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw resultUnreadable(file, 'it is not JSON', cause);
  }
}
