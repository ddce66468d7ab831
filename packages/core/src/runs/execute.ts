import os from 'node:os';
import path from 'node:path';
import type { Engine } from '../engine.ts';
import { tooFewExamples } from '../errors.ts';
import { type FailedHook, failedAt, failedHook } from '../guard.ts';
import type { Splits } from '../kinds/dataset.ts';
import { randomStream } from '../random.ts';
import type { Registry } from '../registry.ts';
import { type FailedResult, type FinishedResult, type RunRecord, type RunResult, type RunSpec, readResult } from '../results.ts';
import { requestOf, shareLeft } from '../targets/request.ts';
import { promiseOf } from '../targets/target.ts';
import { parseTraining } from '../training/options.ts';
import { createTrainer, type Trainer } from '../training/trainer.ts';
import { removeCheckpoint } from './checkpoint.ts';
import { toRunSpec } from './identity.ts';
import type { RunRequest } from './request.ts';
import { openRunFolder, type RunFolder } from './run-folder.ts';
import { runId } from './run-id.ts';
import { lockRun } from './run-lock.ts';
import { saveModel } from './save-model.ts';
import { savedKernels } from './saved-kernels.ts';
import { summaryOf } from './tally.ts';
import { type RunProgress, totals, trainEpochs, type ValidationHistory } from './train-epochs.ts';

export interface ExecuteOptions {
  /** Folder of all runs; this one gets a folder of its own, named by its id. */
  readonly runs: string;
  readonly engine: Engine;
  /** For the record: what was typed, and versions of everything that took part. */
  readonly command?: string;
  readonly versions?: Readonly<Record<string, string>>;
  readonly onProgress?: (progress: RunProgress) => void;
  /** Which plugin brings a component, to name it where the run fails. */
  readonly pluginOf?: Registry['pluginOf'];
}

/** The result of a run that needs no more work: finished, or failed in a way that would repeat itself. */
export function settledResult(runs: string, id: string): RunResult | undefined {
  const result = readResult(path.join(runs, id));
  return result?.status === 'failed' && result.failure.retry ? undefined : result;
}

/**
 * Trains, tests and records one run, or returns the result it already has. An interrupted run goes on from its last epoch, to the same
 * bits. A run that fails gets a result that says so.
 *
 * Throws `E_RUN_BUSY` if another process is at it, `E_RESULT` if its folder holds a broken result.
 */
export async function executeRun(run: RunRequest, options: ExecuteOptions): Promise<RunResult> {
  const spec = toRunSpec(run);
  const id = runId(spec);
  const folder = openRunFolder(path.join(options.runs, id));
  const unlock = await lockRun(folder.path);
  try {
    const settled = settledResult(options.runs, id);
    if (settled) return settled;
    folder.removeResult();
    const result = await train(run, spec, id, folder, options).catch((error) => failedResult(run, error, options.pluginOf));
    folder.writeResult(result);
    if (result.status === 'finished' || !result.failure.retry) removeCheckpoint(folder.path);
    return result;
  } finally {
    unlock();
  }
}

/** The result of a run that ended with an error, or whose process did. */
export function failedResult(run: RunRequest, error: unknown, pluginOf?: Registry['pluginOf']): RunResult {
  const raised = failedAt(error, {}) as Partial<Record<'code' | 'step' | 'layer', unknown>> & Partial<FailedHook>;
  const { kind, component, hook } = failedHook(error) ?? raised;
  const code = typeof raised.code === 'string' ? raised.code : 'E_UNEXPECTED';
  const failure = {
    code,
    message: raised instanceof Error ? raised.message : String(error),
    step: typeof raised.step === 'number' ? raised.step : undefined,
    layer: typeof raised.layer === 'string' ? raised.layer : undefined,
    plugin: kind && component ? pluginOf?.(kind, component)?.name : undefined,
    hook,
    retry: code !== 'E_NOT_FINITE',
  };
  const known = Object.fromEntries(Object.entries(failure).filter(([, value]) => value !== undefined)) as FailedResult['failure'];
  return { ...identity(run), status: 'failed', failure: known };
}

// --- helpers ---

function identity(run: RunRequest) {
  const spec = toRunSpec(run);
  return { format: 1 as const, id: runId(spec), spec, pruner: run.pruner.spec.use, seed: run.seed, ...requestOf(run.pruner) };
}

async function train(run: RunRequest, spec: RunSpec, id: string, folder: RunFolder, options: ExecuteOptions): Promise<FinishedResult> {
  const began = Date.now();
  const record = newRecord(id, spec, options);
  folder.writeRecord(record);

  const training = parseTraining(run.training);
  const { inputShape, classes } = run.data;
  const splits = await run.data.load();
  const stepsPerEpoch = Math.floor(splits.train.labels.length / training.batchSize);
  if (stepsPerEpoch === 0) throw tooFewExamples(splits.train.labels.length, training.batchSize);
  const { pruner, seed, prunable = {}, data } = run;
  const source = pruner.source === undefined ? undefined : await savedKernels(path.join(options.runs, pruner.source), prunable);
  const draw = pruner.redrawsInit ? 'init again' : 'init';
  const model = run.model.build({ inputShape, classes, seed: (name) => randomStream(seed, draw, name).seed() });
  let trainer: Trainer | undefined;
  try {
    const from = source ? { source } : {};
    trainer = createTrainer({ model, pruner, training, stepsPerEpoch, seed, prunable, engine: options.engine, ...from });
    const onProgress = (progress: Omit<RunProgress, 'id'>) => options.onProgress?.({ id, ...progress });
    const { batchSize } = training;
    const notes = await trainEpochs({ trainer, data, splits, seed, batchSize, stepsPerEpoch, folder, onProgress });
    const { seconds, tally } = notes;
    const measured = { ...measure(trainer.pruned), ...trainer.evaluate(splits.test, inputShape) };
    trainer.pruned.finalize();
    await saveModel(model, path.join(folder.path, 'model'));
    folder.writeRecord({ ...record, finishedAt: new Date().toISOString(), seconds: seconds + (Date.now() - began) / 1000 });
    const { target } = requestOf(pruner);
    return {
      ...identity(run),
      status: 'finished',
      ...measured,
      ...(target ? { reached: shareLeft(target.unit, measured.layers) } : {}),
      validation: flat(notes),
      epochs: training.epochs,
      steps: trainer.totalSteps,
      ...(tally ? summaryOf(tally, measured.layers, promiseOf(pruner), { steps: trainer.totalSteps, stepsPerEpoch, batchSize }) : {}),
    };
  } catch (error) {
    throw trainer ? failedAt(isBatch(error) ? ofData(error, data, splits) : error, { step: trainer.step }) : error;
  } finally {
    trainer?.dispose();
    model.dispose();
  }
}

const isBatch = (error: unknown): error is Error => (error as { isBatch?: boolean }).isBatch === true;

/** Inputs that are not finite were loaded so, or made so by the augmentation. */
function ofData(error: Error, data: RunRequest['data'], { train }: Splits): Error {
  const hook = train.inputs.every(Number.isFinite) ? 'augment' : 'load';
  return Object.assign(error, { kind: data.kind, component: data.spec.use, hook });
}

const newRecord = (id: string, spec: RunSpec, { command = '', versions = {}, engine }: ExecuteOptions): RunRecord => ({
  format: 1,
  id,
  spec,
  command,
  versions,
  engine: { name: engine.name, version: engine.version, threads: engine.threads },
  machine: { platform: `${os.platform()}-${os.arch()}`, cpu: os.cpus()[0]?.model ?? '', cores: os.cpus().length, node: process.version },
  startedAt: new Date().toISOString(),
});

/** Sizes and cost of the pruned model, counted on its effective weights. */
function measure(pruned: Parameters<typeof totals>[0]) {
  const { layers, size, nonzero, sparsity } = totals(pruned);
  const parameters = pruned.model.countParams();
  const zeros = layers.reduce((sum, layer) => sum + Math.max(0, layer.size - layer.nonzero), 0);
  const multiplyAdds = layers.reduce((sum, layer) => sum + layer.multiplyAdds, 0);
  const denseMultiplyAdds = layers.reduce((sum, layer) => sum + layer.denseMultiplyAdds, 0);
  return { sparsity, size, nonzero, wholeSparsity: zeros / parameters, parameters, multiplyAdds, denseMultiplyAdds, layers };
}

const flat = ({ last, bestAccuracy, bestEpoch }: ValidationHistory) => ({ ...last, bestAccuracy, bestEpoch });
