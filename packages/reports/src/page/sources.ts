import { existsSync } from 'node:fs';
import path from 'node:path';
import { type RunResult, readLog, readRecord, readResult, readResults } from '@espalier/core/results';
import type { Logs } from '../figures/time-series.ts';

/** The results in a folder of runs, or in the folder of a single run. */
export function resultsIn(folder: string): RunResult[] {
  const single = readResult(folder);
  return single ? [single] : readResults(folder);
}

export const logsOf = (results: readonly RunResult[], folders: readonly string[]): Logs =>
  new Map(
    results.flatMap((result) => {
      const folder = runFolder(result.id, folders);
      return folder ? [[result.id, readLog(folder)]] : [];
    }),
  );

/** The commands that made the runs, each once. */
export function commandsOf(results: readonly RunResult[], folders: readonly string[]): string[] {
  const commands = results.flatMap(({ id }) => {
    const folder = runFolder(id, folders);
    return (folder && readRecord(folder)?.command) || [];
  });
  return [...new Set(commands)].sort();
}

// --- helpers ---

function runFolder(id: string, folders: readonly string[]): string | undefined {
  const candidates = folders.flatMap((folder) => [path.join(folder, id), ...(path.basename(path.resolve(folder)) === id ? [folder] : [])]);
  return candidates.find((candidate) => existsSync(candidate));
}
