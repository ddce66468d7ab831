import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { installKernels } from '../kernels/index.ts';
import { installOperations } from '../operations.ts';
import { findTfjsNode, installedLibrary } from '../setup/find-tfjs-node.ts';
import { findOperations } from '../setup/operations-addon.ts';
import { createCompiler } from './compiler.ts';
import { type Recording, record } from './recording.ts';
import { nodesOf } from './session.ts';
import type { Step, Tensors } from './types.ts';

Object.assign(process.env, {
  TF_NUM_INTRAOP_THREADS: '2',
  TF_NUM_INTEROP_THREADS: '1',
  TF_ENABLE_ONEDNN_OPTS: '1',
  TF_CPP_MIN_LOG_LEVEL: '3',
});
await import('@tensorflow/tfjs-node');
installKernels();

/** Loads our own operations, to be shared by so many threads. */
export const installOwnOperations = (threads: number): void =>
  installOperations(findOperations(installedLibrary(findTfjsNode()?.root ?? '') ?? '') ?? '', threads);

/** Sizes from `min` to `max`, small ones as often as large ones. */
export const sizes = (min: number, max: number): fc.Arbitrary<number> =>
  fc.double({ min: Math.log(min), max: Math.log(max), noNaN: true }).map((x) => Math.round(Math.exp(x)));

/** The operations that a step becomes, without its placeholders. Disposes of the feeds. */
export function operationsOf(step: Step, feeds: Tensors): string[] {
  const { results, recording } = record(step, feeds, '', []);
  tf.dispose([feeds as tf.NamedTensorMap, results as tf.NamedTensorMap]);
  return nodesOf(recording as Recording)
    .map(({ op }) => op)
    .filter((op) => op !== 'Placeholder');
}

/** The one result of a step, computed operation by operation and replayed. */
export function eagerAndReplayed(step: (feeds: Tensors) => tf.Tensor, feeds: Tensors): { eager: unknown; replayed: unknown } {
  const compiled = createCompiler()(
    (given) => ({ result: step(given) }),
    () => [],
  );
  const [eager, , replayed] = [1, 2, 3].map(() => compiled.run(feeds).result?.dataSync());
  compiled.dispose();
  return { eager, replayed };
}
