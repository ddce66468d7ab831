import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import {
  type ArchivedRun,
  type Origin,
  originSchema,
  type RunResult,
  readArchive,
  readLog,
  readRecord,
  readResult,
  readResults,
  readStudies,
  type Study,
} from '@espalier/core/results';
import type { Logs } from '../figures/time-series.ts';
import type { Origins } from '../provenance.ts';

/** What folders of runs, folders of single runs, and archives hold. */
export interface Sources {
  readonly results: readonly RunResult[];
  readonly studies: readonly Study[];
  readonly origins: Origins;
}

/** A run or a study that is in several sources is taken from the first. Throws `E_RESULT` for a file that isn't what it should be. */
export function readSources(sources: string | readonly string[]): Sources {
  const read = [sources].flat().map(readSource);
  const runs = new Map(read.flatMap((source) => source.runs.map((run) => [run.result.id, run] as const)).reverse());
  const studies = new Map(read.flatMap((source) => source.studies.map((study) => [study.name, study] as const)).reverse());
  const inOrder = [...new Set(read.flatMap((source) => source.runs.map(({ result }) => result.id)))];
  const chosen = inOrder.map((id) => runs.get(id) as ArchivedRun);
  return {
    results: chosen.map(({ result }) => result),
    studies: [...studies.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    origins: new Map(chosen.flatMap(({ result, origin }) => (origin ? [[result.id, origin]] : []))),
  };
}

/** Results with what is known of how they came about, as an archive holds them. */
export const archivedRuns = (results: readonly RunResult[], origins: Origins): ArchivedRun[] =>
  results.map((result) => {
    const origin = origins.get(result.id);
    return origin ? { result, origin } : { result };
  });

/** Archives hold no logs. */
export const logsOf = (results: readonly RunResult[], sources: readonly string[]): Logs =>
  new Map(
    results.flatMap((result) => {
      const folder = runFolder(result.id, sources);
      return folder ? [[result.id, readLog(folder)]] : [];
    }),
  );

// --- helpers ---

function readSource(source: string): { readonly studies: readonly Study[]; readonly runs: readonly ArchivedRun[] } {
  if (statSync(source, { throwIfNoEntry: false })?.isFile()) return readArchive(source);
  const single = readResult(source);
  const results = single ? [single] : readResults(source);
  const runs = results.map((result): ArchivedRun => {
    const origin = originIn(single ? source : path.join(source, result.id));
    return origin ? { result, origin } : { result };
  });
  return { studies: single ? [] : readStudies(source), runs };
}

/** What a run has on record, if it has one of this format. */
function originIn(folder: string): Origin | undefined {
  const { command, versions, engine } = readRecord(folder) ?? {};
  return originSchema.safeParse({ command, versions, engine }).data;
}

function runFolder(id: string, sources: readonly string[]): string | undefined {
  const candidates = sources.flatMap((source) => [path.join(source, id), ...(path.basename(path.resolve(source)) === id ? [source] : [])]);
  return candidates.find((candidate) => existsSync(candidate));
}
