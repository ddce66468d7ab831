import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { wasmStartFailed } from './errors.ts';
import type { StartedEngine } from './started-engine.ts';
import { installWasmKernels } from './wasm-kernels/index.ts';

/** Starts the WebAssembly backend, with kernels of ours for training. It has one thread and runs each step as it is written. */
export async function loadWasm(): Promise<StartedEngine> {
  const { setThreadsCount, setWasmPaths, version_wasm } = await import('@tensorflow/tfjs-backend-wasm');
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(dirname(entry) + sep);
  setThreadsCount(1);
  if (!(await tf.setBackend('wasm'))) throw wasmStartFailed(dirname(entry));
  installWasmKernels();
  return { name: 'wasm', version: version_wasm, threads: 1, compile: compileEagerly };
}

// --- helpers ---

const compileEagerly: StartedEngine['compile'] = (step) => ({
  run: (feeds, structure = '') => tf.tidy(() => step(feeds, structure)),
  dispose: () => {},
});
