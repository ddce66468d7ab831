import type * as tf from '@tensorflow/tfjs';
import type { Compile } from './compile/index.ts';

export interface StartedEngine {
  readonly name: 'tfjs-node' | 'wasm';
  /** Of libtensorflow, or of the WebAssembly backend. */
  readonly version: string;
  readonly threads: number;
  readonly compile: Compile;
  /** Uniform numbers in [0, 1) by an int32 key [2], as an operation that can be compiled. Native only. */
  readonly uniform?: (shape: readonly number[], key: tf.Tensor) => tf.Tensor;
}
