import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Dataset, Examples, Splits } from '../kinds/dataset.ts';
import type { PrunedModel } from '../model/attach.ts';
import { randomStream } from '../random.ts';
import { promiseOf } from '../targets/target.ts';
import { tf } from '../tf.ts';
import { type Dynamics, watchDynamics } from '../training/dynamics.ts';
import type { Evaluation } from '../training/evaluation.ts';
import type { StepCounts, Trainer } from '../training/trainer.ts';
import { loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import type { RunFolder } from './run-folder.ts';
import { emptyTally, type Tally, withStep } from './tally.ts';

export interface RunProgress {
  readonly id: string;
  /** Epochs done, as a real number. */
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly totalSteps: number;
  /** Mean training loss since the last report. */
  readonly loss: number;
}

export interface TrainEpochsOptions {
  readonly trainer: Trainer;
  readonly data: Dataset;
  readonly splits: Splits;
  readonly seed: number;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly folder: RunFolder;
  readonly onProgress: (progress: Omit<RunProgress, 'id'>) => void;
}

/** What a run keeps in its checkpoints beside the variables. */
interface Notes extends ValidationHistory {
  readonly seconds: number;
  /** Checkpoints of older versions have none. */
  readonly tally?: Tally;
}

export interface ValidationHistory {
  readonly last: Evaluation;
  readonly bestAccuracy: number;
  /** From 1. */
  readonly bestEpoch: number;
}

/**
 * All epochs of a run, or those that are left: trains, validates, logs, and saves a checkpoint after each but the last. `seconds` is the
 * wall time of earlier attempts.
 */
export async function trainEpochs(options: TrainEpochsOptions): Promise<Notes> {
  const { trainer, data, splits, stepsPerEpoch, folder } = options;
  const began = Date.now();
  const epochs = trainer.totalSteps / stepsPerEpoch;
  const dynamics = watchDynamics(trainer);
  const source = onDevice(splits.train, data.inputShape);
  try {
    const saved = loadCheckpoint(folder.path, trainer, dynamics.variables) as Notes | undefined;
    const earlier = saved?.seconds ?? 0;
    let notes: Notes = saved ?? { last: { accuracy: 0, loss: 0 }, bestAccuracy: -1, bestEpoch: 1, seconds: 0, tally: emptyTally };
    const { layers, pruner } = trainer.pruned;
    const promised = promiseOf(pruner);
    const onCounts = (counts: StepCounts) => {
      const { tally } = notes;
      if (tally) notes = { ...notes, tally: withStep(tally, trainer.step, counts, layers, promised) };
    };
    folder.truncateLog(trainer.step - 1);
    for (let epoch = trainer.step / stepsPerEpoch; epoch < epochs; epoch++) {
      const loss = await trainEpoch(options, { dynamics, source, epoch, epochs, onCounts });
      if (epoch + 1 === epochs) trainer.finish();
      const validation = trainer.evaluate(splits.validation, data.inputShape);
      const better = validation.accuracy > notes.bestAccuracy;
      notes = { ...notes, ...(better ? { bestAccuracy: validation.accuracy, bestEpoch: epoch + 1 } : {}), last: validation };
      const { sparsity } = totals(trainer.pruned);
      folder.appendLog({ type: 'epoch', step: trainer.step - 1, epoch: epoch + 1, loss, validation, sparsity });
      notes = { ...notes, seconds: earlier + (Date.now() - began) / 1000 };
      if (epoch + 1 < epochs) await saveCheckpoint(folder.path, trainer, { ...notes }, dynamics.variables);
    }
    return { ...notes, seconds: earlier };
  } finally {
    tf.dispose([source.inputs, source.labels]);
    dynamics.dispose();
  }
}

/** Every kernel, and the sums over those that are pruned. */
export function totals(pruned: PrunedModel) {
  const layers = pruned.report();
  const prunable = layers.filter((layer) => layer.prunable);
  const size = prunable.reduce((sum, layer) => sum + layer.size, 0);
  const nonzero = prunable.reduce((sum, layer) => sum + layer.nonzero, 0);
  return { layers, prunable, size, nonzero, sparsity: Math.max(0, 1 - nonzero / size) };
}

// --- helpers ---

const LOG_ENTRIES_PER_RUN = 40;

interface OnDevice {
  readonly inputs: tf.Tensor;
  readonly labels: tf.Tensor;
}

const onDevice = ({ inputs, labels }: Examples, inputShape: readonly number[]): OnDevice => ({
  inputs: tf.tensor(inputs, [labels.length, ...inputShape]),
  labels: tf.tensor1d(labels, 'int32'),
});

interface EpochContext {
  readonly dynamics: Dynamics;
  readonly source: OnDevice;
  readonly epoch: number;
  readonly epochs: number;
  readonly onCounts: (counts: StepCounts) => void;
}

/** One pass over the data in the order of the epoch's own random stream. Returns the mean loss. */
async function trainEpoch(
  { trainer, data, seed, batchSize, stepsPerEpoch, folder, onProgress }: TrainEpochsOptions,
  { dynamics, source, epoch, epochs, onCounts }: EpochContext,
): Promise<number> {
  const { totalSteps } = trainer;
  const order = randomStream(seed, 'shuffle', epoch).shuffle(Int32Array.from({ length: source.labels.size }, (_, i) => i));
  const interval = Math.max(1, Math.ceil(totalSteps / LOG_ENTRIES_PER_RUN));
  let epochLoss = 0;
  let since = { loss: 0, steps: 0 };
  for (let i = 0; i < stepsPerEpoch; i++) {
    const batch = tf.tidy(() => {
      const index = tf.tensor1d(order.subarray(i * batchSize, (i + 1) * batchSize), 'int32');
      const inputs = source.inputs.gather(index);
      const shown = data.augment ? data.augment(inputs, randomStream(seed, 'augment', trainer.step)) : inputs;
      return { inputs: shown, labels: source.labels.gather(index) };
    });
    const { learningRate } = trainer;
    const loss = trainer.trainStep(batch, dynamics.meter, onCounts);
    tf.dispose([batch.inputs, batch.labels]);
    epochLoss += loss;
    since = { loss: since.loss + loss, steps: since.steps + 1 };
    if ((i + 1) % interval !== 0 && i + 1 !== stepsPerEpoch) continue;
    const mean = since.loss / since.steps;
    logStep(trainer, dynamics, folder, trainer.step / stepsPerEpoch, mean, learningRate);
    onProgress({ epoch: trainer.step / stepsPerEpoch, epochs, step: trainer.step, totalSteps, loss: mean });
    since = { loss: 0, steps: 0 };
    await nextTurn(); // lets the process hear that it should end
  }
  return epochLoss / stepsPerEpoch;
}

function logStep(trainer: Trainer, dynamics: Dynamics, folder: RunFolder, epoch: number, loss: number, learningRate: number): void {
  const { sparsity, prunable } = totals(trainer.pruned);
  const moves = dynamics.take();
  const layers = prunable.map(({ name, nonzero, sparsity: own, threshold }) => ({
    name,
    nonzero,
    sparsity: own,
    ...(threshold === undefined ? {} : { threshold }),
    ...moves.get(name),
  }));
  folder.appendLog({ type: 'step', step: trainer.step - 1, epoch, loss, learningRate, sparsity, layers });
}
