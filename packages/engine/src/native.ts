import { createRequire } from 'node:module';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { createCompiler } from './compile/index.ts';
import { engineStarted } from './errors.ts';
import { installKernels } from './kernels/index.ts';
import { statelessUniform } from './kernels/stateless-uniform.ts';
import type { TfjsNode } from './setup/find-tfjs-node.ts';
import type { StartedEngine } from './started-engine.ts';

/** Loads tfjs-node and its TensorFlow library into this process. */
export async function loadNative({ root }: TfjsNode, threads: number, log: (line: string) => void): Promise<StartedEngine> {
  process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  process.env.TF_NUM_INTEROP_THREADS = String(threads);
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  restoreUtil();
  createRequire(import.meta.url)(root);
  await tf.setBackend('tensorflow');
  installKernels();
  const { binding } = tf.backend() as unknown as { binding: { TF_Version: string } };
  return { name: 'tfjs-node', version: binding.TF_Version, threads, compile: createCompiler({ log }), uniform: statelessUniform };
}

/** The number of threads can't be set any more once somebody else has loaded the library. */
export function refuseLoaded(threads: number): void {
  if (tf.findBackendFactory('tensorflow') != null) throw engineStarted('TensorFlow as something else loaded it', `${threads} threads`);
}

// --- helpers ---

/** tfjs-node calls two functions of `util` that newer versions of Node.js warn of (22) or lack (23). */
function restoreUtil(): void {
  Object.assign(util, { isNullOrUndefined: (value: unknown) => value == null, isArray: Array.isArray });
}
