export { availableEngine } from './available.ts';
export { EngineError, type EngineErrorCode } from './errors.ts';
export { type EngineReport, inspectEngine, renderEngineReport } from './inspect.ts';
export { type Prepared, type PrepareOptions, prepareNative } from './setup/prepare.ts';
export { type EngineChoice, type StartOptions, startEngine } from './start.ts';
export type { StartedEngine } from './started-engine.ts';
