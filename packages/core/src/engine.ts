import type { tf } from './tf.ts';

/** Tensors by name: what goes into a step beside its variables, and what comes out of it. */
export type Tensors = Readonly<Record<string, tf.Tensor>>;

/**
 * One training or evaluation step.
 *
 * It may read `feeds` and the variables it was compiled with, may assign these variables, and returns tensors. Whatever changes from call
 * to call (learning rate, progress, a batch) comes in as a feed; whatever changes which operations run (dense gradients wanted or not)
 * comes in as `structure`. Nothing else may change between two calls with the same structure and shapes, and no value may be read inside.
 * That is what lets an engine record the step once and replay it as one graph.
 */
export type Step = (feeds: Tensors, structure: string) => Tensors;

/** A step made ready by an engine. The tensors it returns belong to the caller. */
export interface CompiledStep {
  run(feeds: Tensors, structure?: string): Tensors;
  dispose(): void;
}

/** What core wants from an engine. `eagerEngine` is the plain default; the command line hands in a faster one. */
export interface Engine {
  /** For run records: `tfjs-node`, `wasm`, ... */
  readonly name: string;
  /** Version of the numerical library, and what else of the machine decides how it rounds. */
  readonly version: string;
  /** Threads that one operation may use. Results are bit-identical only at the same number. */
  readonly threads: number;
  /** `variables` is asked at every recording: all variables that the step may read or assign. */
  compile(step: Step, variables: () => readonly tf.Variable[]): CompiledStep;
  /**
   * Uniform numbers in [0, 1) that depend on nothing but `key` (int32, [2]), as an operation of a compiled step. Without it, dropout draws
   * in JavaScript and its step runs operation by operation.
   */
  uniform?(shape: readonly number[], key: tf.Tensor): tf.Tensor;
}
