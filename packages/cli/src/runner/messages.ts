import type { RunProgress, RunResult, RunSpec } from '@espalier/core';

/** What a worker process is asked to do: everything as data. */
export interface WorkerTask {
  readonly spec: RunSpec;
  readonly runs: string;
  /** Package names and absolute paths. */
  readonly plugins: readonly string[];
  /** Where package names are looked up. */
  readonly folder: string;
  readonly command: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** What it sends back. */
export type WorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly progress: RunProgress }
  | { readonly type: 'log'; readonly line: string }
  | { readonly type: 'result'; readonly result: RunResult }
  | { readonly type: 'error'; readonly code: string; readonly message: string };
