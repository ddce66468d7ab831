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

/** Saves every variable of a trainer and its position. The checkpoint before stays until this one is whole. */
export async function saveCheckpoint(runFolder: string, trainer: Trainer, notes: Readonly<Record<string, unknown>>): Promise<void> {
  const folder = path.join(runFolder, 'checkpoint');
  mkdirSync(folder, { recursive: true });
  const { data, specs } = await tf.io.encodeWeights(Object.fromEntries(trainer.variables) as tf.NamedTensorMap);
  const bytes = Buffer.from(data);
  const file = `step-${trainer.step}.bin`;
  writeFileAtomic.sync(path.join(folder, file), bytes);
  const checkpoint: Checkpoint = { format: 1, step: trainer.step, notes, weights: { file, sha256: sha256(bytes), specs } };
  writeFileAtomic.sync(path.join(folder, 'checkpoint.json'), JSON.stringify(checkpoint));
  for (const name of readdirSync(folder)) if (name.endsWith('.bin') && name !== file) rmSync(path.join(folder, name));
}

/**
 * Puts a trainer where the checkpoint in a run's folder left it, to the bit, and returns its notes; undefined if there is none.
 *
 * Throws `E_CHECKPOINT` if the files don't fit together or don't fit the trainer.
 */
export function loadCheckpoint(runFolder: string, trainer: Trainer): Readonly<Record<string, unknown>> | undefined {
  const folder = path.join(runFolder, 'checkpoint');
  const manifest = path.join(folder, 'checkpoint.json');
  if (!existsSync(manifest)) return undefined;
  const { step, notes, weights } = JSON.parse(readFileSync(manifest, 'utf8')) as Checkpoint;
  const bytes = readFileSync(path.join(folder, weights.file));
  if (sha256(bytes) !== weights.sha256) throw unusable(folder, 'its weights are damaged');
  const tensors = tf.io.decodeWeights(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
    weights.specs,
  );
  try {
    const names = Object.keys(tensors);
    if (names.length !== trainer.variables.size)
      throw unusable(folder, `it holds ${names.length} tensors instead of ${trainer.variables.size}`);
    for (const [name, variable] of trainer.variables) {
      const saved = tensors[name];
      if (!saved) throw unusable(folder, `it lacks "${name}"`);
      variable.assign(saved);
    }
  } finally {
    tf.dispose(tensors);
  }
  trainer.resumeAt(step);
  return notes;
}

export const removeCheckpoint = (runFolder: string): void => rmSync(path.join(runFolder, 'checkpoint'), { recursive: true, force: true });

// --- helpers ---

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const unusable = (folder: string, why: string) =>
  new EspalierError(
    'E_CHECKPOINT',
    `The checkpoint in ${folder} can't be used: ${why}. Delete that folder to train the run from the start.`,
  );
