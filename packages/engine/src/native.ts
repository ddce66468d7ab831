import { createRequire } from 'node:module';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { createCompiler } from './compile/index.ts';
import { engineStarted } from './errors.ts';
import { instructions } from './instructions.ts';
import { installKernels } from './kernels/index.ts';
import { statelessUniform } from './kernels/stateless-uniform.ts';
import { installOperations } from './operations.ts';
import { type NativeReady, PREPARE } from './setup/native-state.ts';
import { findOperations } from './setup/operations-addon.ts';
import type { StartedEngine } from './started-engine.ts';

/** Loads tfjs-node and its TensorFlow library into this process, and the operations that were compiled for it. */
export async function loadNative({ tfjsNode, library }: NativeReady, threads: number, log: (line: string) => void): Promise<StartedEngine> {
  process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  process.env.TF_NUM_INTEROP_THREADS = String(threads);
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1'; // by itself TensorFlow uses oneDNN only where a processor has AVX-512 for neural networks
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  restoreUtil();
  createRequire(import.meta.url)(tfjsNode.root);
  await tf.setBackend('tensorflow');
  installKernels();
  tryOperations(library, threads, log);
  const { binding } = tf.backend() as unknown as { binding: { TF_Version: string } };
  const version = `${binding.TF_Version} ${instructions()}`;
  return { name: 'tfjs-node', version, threads, compile: createCompiler({ log }), uniform: statelessUniform };
}

/** The number of threads can't be set any more once somebody else has loaded the library. */
export function refuseLoaded(threads: number): void {
  if (tf.findBackendFactory('tensorflow') != null) throw engineStarted('TensorFlow as something else loaded it', `${threads} threads`);
}

// --- helpers ---

/** An addon that doesn't load (a cache from another machine) is no reason to train on WebAssembly. */
function tryOperations(library: string, threads: number, log: (line: string) => void): void {
  const file = findOperations(library);
  if (file === undefined) return;
  try {
    installOperations(file, threads);
  } catch (error) {
    log(`Native operations can't be loaded, which is slower: ${(error as Error).message}. To mend it: ${PREPARE.join(' && ')}`);
  }
}

/** tfjs-node calls two functions of `util` that newer versions of Node.js warn of (22) or lack (23). */
function restoreUtil(): void {
  Object.assign(util, { isNullOrUndefined: (value: unknown) => value == null, isArray: Array.isArray });
}
