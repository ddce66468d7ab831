import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import { type Binding, nativeBackend } from '../kernels/native.ts';
import { encodeSavedModel, type Graph, TAG } from './graph.ts';
import { isAlive, resolve, share } from './inputs.ts';
import type { Source } from './recorder.ts';
import type { Recording } from './recording.ts';
import type { Tensors } from './types.ts';

/** A recording, loaded into the native library. */
export interface Session {
  /** Runs the step: one call of the library. The variables get their new values, without a copy. */
  run(feeds: Tensors): Tensors;
  /** Whether all that the step reads beside its feeds still exists. */
  isAlive(): boolean;
  dispose(): void;
}

/**
 * Loads a recording.
 *
 * @throws {Error} with the library's message if the graph is not valid.
 */
export function openSession({ graph, inputs, outputs, assignments }: Recording): Session {
  const backend = nativeBackend();
  const { binding } = backend;
  const fetches = [...new Set([...outputs, ...assignments].map(({ source }) => source).filter((source) => typeof source === 'string'))];
  const place = new Map(fetches.map((source, i) => [source, i]));
  const feedNames = inputs.map(({ placeholder }) => placeholder).join(',');
  const fetchNames = fetches.join(',');
  const id = load(binding, graph);

  return {
    run(feeds) {
      const ids = backend.getInputTensorIds(inputs.map(({ input }) => resolve(input, feeds)));
      const fetched = fetches.length === 0 ? [] : binding.runSavedModel(id, ids, feedNames, fetchNames);
      const made = fetched.map((metadata) => backend.createOutputTensor(metadata));
      const value = (source: Source, shape: number[], dtype: tf.DataType) =>
        share(typeof source === 'string' ? (made[place.get(source) as number] as tf.Tensor) : resolve(source, feeds), shape, dtype);
      const results = outputs.map(({ name, source, shape, dtype }) => [name, value(source, shape, dtype)]);
      const values = assignments.map(({ source, variable }) => value(source, variable.shape, variable.dtype));
      for (const [i, { variable }] of assignments.entries()) variable.assign(values[i] as tf.Tensor);
      for (const tensor of [...made, ...values]) tensor.dispose();
      return Object.fromEntries(results);
    },
    isAlive: () => inputs.every(({ input }) => isAlive(input, backend)) && assignments.every(({ variable }) => !variable.isDisposed),
    dispose: () => binding.deleteSavedModel(id),
  };
}

// --- helpers ---

/** The library loads graphs from folders only. It has read everything when it returns. */
function load(binding: Binding, graph: Graph): number {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-graph-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), encodeSavedModel(graph));
    return binding.loadSavedModel(folder, TAG);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
