import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { wasmGradientMissing, wasmStartFailed } from './errors.ts';
import { nativeState } from './setup/native-state.ts';
import type { StartedEngine } from './started-engine.ts';

/** Starts the WebAssembly backend. It has one thread and runs each step as it is written. */
export async function loadWasm(): Promise<StartedEngine> {
  const { setThreadsCount, setWasmPaths, version_wasm } = await import('@tensorflow/tfjs-backend-wasm');
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(dirname(entry) + sep);
  setThreadsCount(1);
  if (!(await tf.setBackend('wasm'))) throw wasmStartFailed(dirname(entry));
  for (const kernel of MISSING_GRADIENTS) refuseKernel(kernel);
  return { name: 'wasm', version: version_wasm, threads: 1, compile: compileEagerly };
}

// --- helpers ---

const MISSING_GRADIENTS = ['Conv2DBackpropFilter', 'DepthwiseConv2dNativeBackpropFilter', 'DepthwiseConv2dNativeBackpropInput'];

const compileEagerly: StartedEngine['compile'] = (step) => ({
  run: (feeds, structure = '') => tf.tidy(() => step(feeds, structure)),
  dispose: () => {},
});

function refuseKernel(kernelName: string): void {
  const kernelFunc = (): never => {
    throw wasmGradientMissing(kernelName, installNative());
  };
  tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
}

function installNative(): string {
  const state = nativeState();
  return state.ready ? 'It is installed: choose the engine "native".' : `Install the native engine: ${state.advice.join(' && ')}`;
}
