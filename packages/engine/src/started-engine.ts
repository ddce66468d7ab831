import type { Compile } from './compile/index.ts';

export interface StartedEngine {
  readonly name: 'tfjs-node' | 'wasm';
  /** Of libtensorflow, or of the WebAssembly backend. */
  readonly version: string;
  readonly threads: number;
  readonly compile: Compile;
}
