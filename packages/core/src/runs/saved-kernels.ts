import { existsSync } from 'node:fs';
import path from 'node:path';
import { EspalierError } from '../errors.ts';
import { prunableKernels } from '../model/kernels.ts';
import type { PrunableOptions } from '../model/prunable.ts';
import { loadModel } from './save-model.ts';

/**
 * The final weights of the kernels that a finished run pruned, zeros included, by name in the order of the model.
 *
 * Throws `E_SOURCE` if the run has left no model, as one that failed, or that isn't finished.
 */
export async function savedKernels(runFolder: string, prunable: PrunableOptions = {}): Promise<ReadonlyMap<string, Float32Array>> {
  const file = path.join(runFolder, 'model/model.json');
  if (!existsSync(file)) throw sourceMissing(runFolder);
  const model = await loadModel(file);
  try {
    return new Map(prunableKernels(model, prunable).map(({ name, weight }) => [name, Float32Array.from(weight.dataSync())]));
  } finally {
    model.dispose();
  }
}

// --- helpers ---

const sourceMissing = (runFolder: string) =>
  new EspalierError(
    'E_SOURCE',
    `${runFolder} holds no model, so nothing can be taken from that run. It has to be trained first, in the same folder of runs.`,
  );
