import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { EspalierError } from '../errors.ts';
import { tf } from '../tf.ts';
import type { Trainer } from '../training/trainer.ts';

/** Where an interrupted run goes on. Random streams are keyed by epoch and step, so their position is the step. */
interface Checkpoint {
  readonly format: 1;
  readonly step: number;
  /** What the run itself keeps between epochs. */
  readonly notes: Readonly<Record<string, unknown>>;
  readonly weights: { readonly file: string; readonly sha256: string; readonly specs: tf.io.WeightsManifestEntry[] };
}

type Variables = ReadonlyMap<string, tf.Variable>;

/** Saves every variable of a trainer, others by names of their own, and its position. The checkpoint before stays until this one is whole. */
export async function saveCheckpoint(
  runFolder: string,
  trainer: Trainer,
  notes: Readonly<Record<string, unknown>>,
  others: Variables = new Map(),
): Promise<void> {
  const folder = path.join(runFolder, 'checkpoint');
  mkdirSync(folder, { recursive: true });
  const { data, specs } = await tf.io.encodeWeights(Object.fromEntries([...trainer.variables, ...others]) as tf.NamedTensorMap);
  const bytes = Buffer.from(data);
  const file = `step-${trainer.step}.bin`;
  writeFileAtomic.sync(path.join(folder, file), bytes);
  const checkpoint: Checkpoint = { format: 1, step: trainer.step, notes, weights: { file, sha256: sha256(bytes), specs } };
  writeFileAtomic.sync(path.join(folder, 'checkpoint.json'), JSON.stringify(checkpoint));
  for (const name of readdirSync(folder)) if (name.endsWith('.bin') && name !== file) rmSync(path.join(folder, name));
}

/**
 * Puts a trainer and other variables where the checkpoint in a run's folder left them, to the bit, and returns its notes; undefined if
 * there is none.
 *
 * Throws `E_CHECKPOINT` if the files don't fit together or don't fit the variables.
 */
export function loadCheckpoint(
  runFolder: string,
  trainer: Trainer,
  others: Variables = new Map(),
): Readonly<Record<string, unknown>> | undefined {
  const folder = path.join(runFolder, 'checkpoint');
  if (!existsSync(path.join(folder, 'checkpoint.json'))) return undefined;
  const { step, notes, weights, bytes } = readFiles(folder);
  const tensors = tf.io.decodeWeights(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
    weights.specs,
  );
  try {
    const names = Object.keys(tensors);
    const variables = new Map([...trainer.variables, ...others]);
    if (names.length !== variables.size) throw unusable(folder, `it holds ${names.length} tensors instead of ${variables.size}`);
    for (const [name, variable] of variables) {
      const saved = tensors[name];
      if (!saved) throw unusable(folder, `it lacks "${name}"`);
      if (`${saved.shape}` !== `${variable.shape}`)
        throw unusable(folder, `"${name}" has shape [${saved.shape}] instead of [${variable.shape}]`);
    }
    for (const [name, variable] of variables) variable.assign(tensors[name] as tf.Tensor);
  } finally {
    tf.dispose(tensors);
  }
  trainer.resumeAt(step);
  return notes;
}

export const removeCheckpoint = (runFolder: string): void => rmSync(path.join(runFolder, 'checkpoint'), { recursive: true, force: true });

// --- helpers ---

function readFiles(folder: string): Checkpoint & { bytes: Buffer } {
  try {
    const checkpoint = JSON.parse(readFileSync(path.join(folder, 'checkpoint.json'), 'utf8')) as Checkpoint;
    const bytes = readFileSync(path.join(folder, checkpoint.weights.file));
    if (sha256(bytes) === checkpoint.weights.sha256) return { ...checkpoint, bytes };
  } catch (cause) {
    throw unusable(folder, 'its files are damaged', cause);
  }
  throw unusable(folder, 'its weights are damaged');
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const unusable = (folder: string, why: string, cause?: unknown) =>
  new EspalierError(
    'E_CHECKPOINT',
    `The checkpoint in ${folder} can't be used: ${why}. Delete that folder to train the run from the start.`,
    { cause },
  );
