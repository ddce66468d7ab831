import type * as tf from '@tensorflow/tfjs';

/** Tensors by name: what goes into a step beside its variables, and what comes out of it. */
export type Tensors = Readonly<Record<string, tf.Tensor>>;

/**
 * One training or evaluation step: reads `feeds` and variables, may assign the variables, returns tensors. What changes from call to call
 * is a feed, what changes which operations run is in `structure`, and no value is read inside.
 */
export type Step = (feeds: Tensors, structure: string) => Tensors;

/** A step made ready. The tensors it returns belong to the caller. */
export interface CompiledStep {
  run(feeds: Tensors, structure?: string): Tensors;
  dispose(): void;
}
