import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { canonicalJson, type RunRequest, type RunSpec, readRecord, runId, settledResult, toRunSpec } from '@espalier/core';

/**
 * How many runs are finished, and about how many seconds the others take, side by side: what runs on the same model, data, training and
 * engine took on average. No time, if none of those was timed yet.
 */
export function estimateSeconds(
  requests: readonly RunRequest[],
  runs: string,
  workers: number,
): { readonly finished: number; readonly seconds?: number } {
  const specs = requests.map(toRunSpec);
  const missing = specs.filter((spec) => !settledResult(runs, runId(spec)));
  const finished = specs.length - missing.length;
  const wanted = new Set(missing.map(termsOf));
  const names = existsSync(runs) ? readdirSync(runs) : [];
  const times = names.flatMap((name) => {
    const { spec, seconds } = readRecord(path.join(runs, name)) ?? {};
    return spec && seconds !== undefined && wanted.has(termsOf(spec)) ? [seconds] : [];
  });
  if (!times.length) return { finished };
  const mean = times.reduce((sum, seconds) => sum + seconds, 0) / times.length;
  return { finished, seconds: (mean * missing.length) / Math.min(workers, missing.length) };
}

// --- helpers ---

const termsOf = ({ model, data, training, engine }: RunSpec): string => canonicalJson([model, data, training, engine]);
