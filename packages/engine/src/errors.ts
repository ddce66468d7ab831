export type EngineErrorCode =
  | 'E_ADDON_COMPILE'
  | 'E_ADDON_LOAD'
  | 'E_ENGINE_STARTED'
  | 'E_LIBRARY_DOWNLOAD'
  | 'E_LIBRARY_HASH'
  | 'E_LIBRARY_UNPACK'
  | 'E_NATIVE_MISSING'
  | 'E_PLATFORM'
  | 'E_THREADS'
  | 'E_TOOL_MISSING'
  | 'E_WASM_GRADIENT'
  | 'E_WASM_START';

/** Every failure of this package. `code` is stable, the wording isn't. */
export class EngineError extends Error {
  readonly code: EngineErrorCode;

  constructor(code: EngineErrorCode, message: string, options?: ErrorOptions) {
    super(`${message} [${code}]`, options);
    this.name = 'EngineError';
    this.code = code;
  }
}

export const addonCompileFailed = (output: string) =>
  new EngineError('E_ADDON_COMPILE', `The C++ compiler can't build the TensorFlow.js addon: ${errorLine(output)}`);

export const addonLoadFailed = (output: string) =>
  new EngineError('E_ADDON_LOAD', `The TensorFlow.js addon was built but can't be loaded: ${errorLine(output)}`);

export const engineStarted = (running: string, asked: string) =>
  new EngineError(
    'E_ENGINE_STARTED',
    `This process already runs the engine with ${running} and can't change to ${asked}. Engine and threads are fixed once they are loaded: use another process.`,
  );

export const libraryDownloadFailed = (what: string, output: string) =>
  new EngineError('E_LIBRARY_DOWNLOAD', `pip can't download ${what}: ${lastLine(output)}`);

export const libraryHashMismatch = (file: string, expected: string, actual: string) =>
  new EngineError(
    'E_LIBRARY_HASH',
    `${file} has the SHA-256 ${actual}, but must have ${expected}. It was thrown away; check where pip downloads from.`,
  );

export const libraryUnpackFailed = (file: string, output: string) =>
  new EngineError('E_LIBRARY_UNPACK', `${file} can't be unpacked: ${lastLine(output)}`);

export const nativeMissing = (reason: string, advice: readonly string[], options?: ErrorOptions) =>
  new EngineError(
    'E_NATIVE_MISSING',
    `The native engine was asked for, but is missing: ${reason}. Install it with: ${advice.join(' && ')}. Or choose the engine "wasm", which is slower.`,
    options,
  );

export const platformUnsupported = (platform: string, known: readonly string[]) =>
  new EngineError('E_PLATFORM', `there is no TensorFlow library for ${platform} (there is one for ${known.join(', ')})`);

export const threadsInvalid = (threads: number) =>
  new EngineError('E_THREADS', `threads is ${threads}, but must be a whole number of at least 1.`);

export const toolMissing = (tool: string, purpose: string) =>
  new EngineError('E_TOOL_MISSING', `${tool} was not found, but is needed to ${purpose}`);

export const wasmGradientMissing = (kernel: string, what: string) =>
  new EngineError(
    'E_WASM_GRADIENT',
    `The WebAssembly engine can't compute the gradient of ${what} (${kernel}). Use the native engine: "npx espalier doctor" says how to get it.`,
  );

export const wasmStartFailed = (folder: string) =>
  new EngineError('E_WASM_START', `The WebAssembly engine can't be started from ${folder}. Install its package anew.`);

// --- helpers ---

const lastLine = (output: string): string => output.trim().split('\n').at(-1)?.trim() || 'no message';

const errorLine = (output: string): string =>
  output
    .split('\n')
    .find((line) => /error: /i.test(line))
    ?.trim() ?? lastLine(output);
