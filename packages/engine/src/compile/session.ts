import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import { type Binding, nativeBackend } from '../kernels/native.ts';
import { fuseActivations } from './fused-activations.ts';
import { encodeSavedModel, type GraphNode, TAG } from './graph.ts';
import { isAlive, replaceData, resolve, share } from './inputs.ts';
import type { Source } from './recorder.ts';
import type { Assignment, Output, Recording } from './recording.ts';
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
export function openSession(recording: Recording): Session {
  const { inputs, outputs, assignments } = recording;
  const backend = nativeBackend();
  const { binding } = backend;
  const fetches = fetchesOf(recording);
  const place = new Map(fetches.map((source, i) => [source, i]));
  const feedNames = inputs.map(({ placeholder }) => placeholder).join(',');
  const fetchNames = fetches.join(',');
  const id = load(binding, nodesOf(recording));
  const owners = soleOwners(outputs, assignments);

  return {
    run(feeds) {
      const ids = backend.getInputTensorIds(inputs.map(({ input }) => resolve(input, feeds)));
      const fetched = fetches.length === 0 ? [] : binding.runSavedModel(id, ids, feedNames, fetchNames);
      const made = fetched.map((metadata, i) => {
        const owner = owners.get(fetches[i] as string);
        return owner !== undefined && replaceData(owner, metadata, backend) ? undefined : backend.createOutputTensor(metadata);
      });
      const value = (source: Source, shape: number[], dtype: tf.DataType): tf.Tensor | undefined => {
        const owner = typeof source === 'string' ? made[place.get(source) as number] : resolve(source, feeds);
        return owner && share(owner, shape, dtype);
      };
      const results = outputs.map(({ name, source, shape, dtype }) => [name, value(source, shape, dtype) as tf.Tensor]);
      const values = assignments.map(({ source, variable }) => value(source, variable.shape, variable.dtype));
      for (const [i, { variable }] of assignments.entries()) if (values[i]) variable.assign(values[i]);
      for (const tensor of [...made, ...values]) tensor?.dispose();
      return Object.fromEntries(results);
    },
    isAlive: () => inputs.every(({ input }) => isAlive(input, backend)) && assignments.every(({ variable }) => !variable.isDisposed),
    dispose: () => binding.deleteSavedModel(id),
  };
}

/** The nodes that a recording runs as. */
export const nodesOf = (recording: Recording): GraphNode[] => fuseActivations(recording.graph.nodes, fetchesOf(recording));

// --- helpers ---

/** What the graph has to give. */
const fetchesOf = ({ outputs, assignments }: Recording): string[] => [
  ...new Set([...outputs, ...assignments].map(({ source }) => source).filter((source) => typeof source === 'string')),
];

/** Of what the graph gives, that which becomes the value of a single variable, whose old value nobody else gets, and nothing else. */
function soleOwners(outputs: readonly Output[], assignments: readonly Assignment[]): Map<string, tf.Variable> {
  const sources = [...outputs, ...assignments].map(({ source }) => source);
  const passedOn = new Set(
    sources.flatMap((source) => (typeof source !== 'string' && source.kind === 'variable' ? [source.variable] : [])),
  );
  const owned = assignments.flatMap(({ source, variable }): [string, tf.Variable][] => {
    const isSole = sources.filter((other) => other === source).length === 1;
    return typeof source === 'string' && isSole && !passedOn.has(variable) ? [[source, variable]] : [];
  });
  return new Map(owned);
}

/** The library loads graphs from folders only. It has read everything when it returns. */
function load(binding: Binding, nodes: readonly GraphNode[]): number {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-graph-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), encodeSavedModel(nodes));
    return binding.loadSavedModel(folder, TAG);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
