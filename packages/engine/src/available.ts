import { nativeMissing } from './errors.ts';
import { nativeState } from './setup/native-state.ts';
import type { EngineChoice } from './start.ts';

/**
 * The name of the engine that a choice leads to, without loading it: what a run is planned for.
 *
 * @throws {EngineError} `E_NATIVE_MISSING` if `native` was asked for and isn't installed.
 */
export function availableEngine(choice: EngineChoice = 'auto'): 'tfjs-node' | 'wasm' {
  if (choice === 'wasm') return 'wasm';
  const state = nativeState();
  if (state.ready) return 'tfjs-node';
  if (choice === 'native') throw nativeMissing(state.reason, state.advice);
  return 'wasm';
}
