import {
  executeRun,
  type Registry,
  type RunProgress,
  type RunRequest,
  type RunResult,
  runId,
  settledResult,
  tf,
  toRunSpec,
} from '@espalier/core';
import { startEngine } from '@espalier/engine';
import { version } from '../version.ts';
import { runInChild } from './run-in-child.ts';

export interface RunEvents {
  onStart?(request: RunRequest): void;
  onProgress?(request: RunRequest, progress: RunProgress): void;
  onDone?(request: RunRequest, result: RunResult, reused: boolean): void;
  onLog?(line: string): void;
}

export interface RunnerOptions {
  readonly runs: string;
  readonly workers: number;
  readonly command: string;
  /** Of the plugins that are packages, by their names. */
  readonly pluginVersions: Readonly<Record<string, string>>;
  /** How another process gets the plugins; absent if it can't (plugins given as objects), and then runs go one by one in this process. */
  readonly plugins?: { readonly references: readonly string[]; readonly folder: string };
  readonly events: RunEvents;
  readonly pluginOf: Registry['pluginOf'];
}

/** Carries out runs, `workers` at a time. */
export interface Runner {
  /** Results in the order of the requests; runs that are equal are carried out once. Throws `E_RESULT` before it starts any. */
  run(requests: readonly RunRequest[]): Promise<RunResult[]>;
}

export function createRunner({ runs, workers, command, pluginVersions, plugins, events, pluginOf }: RunnerOptions): Runner {
  /** Of what takes part in a run; plugins with their digests. */
  const versionsOf = ({ plugins: used = {} }: RunRequest) => ({
    espalier: version,
    tfjs: tf.version_core,
    ...Object.fromEntries(
      Object.entries(used).map(([name, digest]) => [name, [pluginVersions[name], `(${digest})`].filter(Boolean).join(' ')]),
    ),
  });
  const carryOut = async (request: RunRequest): Promise<RunResult> => {
    const versions = versionsOf(request);
    if (plugins) {
      const { references, folder } = plugins;
      return runInChild(request, { spec: toRunSpec(request), runs, plugins: references, folder, command, versions }, events);
    }
    const engine = await startEngine({ engine: request.engine.name === 'wasm' ? 'wasm' : 'native', threads: request.engine.threads });
    const onProgress = (progress: RunProgress) => events.onProgress?.(request, progress);
    return executeRun(request, { runs, engine, command, versions, onProgress, pluginOf });
  };
  const settle = async (request: RunRequest, settled: RunResult | undefined): Promise<RunResult> => {
    if (!settled) events.onStart?.(request);
    const result = settled ?? (await carryOut(request));
    events.onDone?.(request, result, settled !== undefined);
    return result;
  };
  return {
    async run(requests) {
      const byId = new Map(requests.map((request) => [runId(toRunSpec(request)), request]));
      const waiting = [...byId].map(([id, request]) => ({ id, request, settled: settledResult(runs, id) }));
      const results = new Map<string, RunResult>();
      const worker = async () => {
        for (let next = waiting.shift(); next; next = waiting.shift()) results.set(next.id, await settle(next.request, next.settled));
      };
      await Promise.all(Array.from({ length: plugins ? workers : 1 }, worker));
      return requests.map((request) => results.get(runId(toRunSpec(request))) as RunResult);
    },
  };
}
