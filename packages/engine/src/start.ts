import * as tf from '@tensorflow/tfjs';
import { engineStarted, nativeMissing, threadsInvalid } from './errors.ts';
import { loadNative, refuseLoaded } from './native.ts';
import { type NativeMissing, nativeState, unloadable } from './setup/native-state.ts';
import type { StartedEngine } from './started-engine.ts';
import { loadWasm } from './wasm.ts';

export type EngineChoice = 'auto' | 'native' | 'wasm';

export interface StartOptions {
  /** `auto` takes the native engine, else WebAssembly. Default `auto`. */
  engine?: EngineChoice;
  /** Threads of one operation, for the native engine; WebAssembly has one. Default 1. */
  threads?: number;
  /** Takes a line when something makes the engine slower: no native library, a step that can't be compiled. Default: standard error. */
  log?: (line: string) => void;
}

/**
 * Starts the engine of this process. A second call gives the same one: options left out take what runs, others must agree with it.
 *
 * @throws {EngineError} `E_NATIVE_MISSING` if `native` was asked for and can't be loaded; `E_ENGINE_STARTED` if another engine or
 * another number of threads runs already; `E_THREADS` if `threads` is no whole number from 1 on.
 */
export async function startEngine({ engine = 'auto', threads, log = console.error }: StartOptions = {}): Promise<StartedEngine> {
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1)) throw threadsInvalid(threads);
  if (!running) {
    running = { threads: threads ?? 1, started: start(engine, threads ?? 1, log) };
    running.started.catch(() => (running = undefined));
    return running.started;
  }
  const { threads: runningThreads, started } = running;
  const { name } = await started;
  const agrees = (engine === 'auto' || NAMES[engine] === name) && (threads ?? runningThreads) === runningThreads;
  if (!agrees) throw engineStarted(describe(name, runningThreads), describe(engine, threads ?? runningThreads));
  return started;
}

// --- helpers ---

const NAMES = { native: 'tfjs-node', wasm: 'wasm' } as const;

/** `threads` is the number asked for, which WebAssembly ignores. */
let running: { threads: number; started: Promise<StartedEngine> } | undefined;

const describe = (engine: string, threads: number): string => `${engine} and ${threads} ${threads === 1 ? 'thread' : 'threads'}`;

async function start(engine: EngineChoice, threads: number, log: (line: string) => void): Promise<StartedEngine> {
  tf.enableProdMode(); // makes tfjs silent and changes nothing else
  if (engine === 'wasm') return loadWasm();
  refuseLoaded(threads);
  const native = await tryNative(threads, log);
  if ('compile' in native) return native;
  if (engine === 'native') throw nativeMissing(native.reason, native.advice, { cause: native.cause });
  log(`No native TensorFlow engine: ${native.reason}. WebAssembly takes over, slower. To install: ${native.advice.join(' && ')}`);
  return loadWasm();
}

async function tryNative(threads: number, log: (line: string) => void): Promise<StartedEngine | NativeMissing> {
  const state = nativeState();
  if (!state.ready) return state;
  try {
    return await loadNative(state, threads, log);
  } catch (cause) {
    return unloadable(state.tfjsNode, cause);
  }
}
