import { existsSync } from 'node:fs';
import path from 'node:path';
import { openRunFolder, settledResult } from '@espalier/core';
import { readSources } from '@espalier/reports';
import { ablate, type Config } from 'espalier';
import { DATA_SETS, type DataSet, parts } from './parts.ts';

/** Where the study's runs are kept: what is finished is not trained again. */
export const RUNS = path.join(import.meta.dirname, 'runs');

/** Everything that stands behind the page, in one sealed file that is committed. */
export const archiveOf = (data: DataSet): string => path.join(import.meta.dirname, `${data}.jsonl`);

/** Trains what is missing of the studies whose names begin with one of these, or of all. What is sealed isn't trained again. */
export async function train(beginnings: readonly string[], say: (line: string) => void): Promise<void> {
  restore();
  const isChosen = (part: Config) => !beginnings.length || beginnings.some((beginning) => part.ablation?.name?.startsWith(beginning));
  for (const part of parts(DATA_SETS).filter(isChosen)) {
    let done = 0;
    await ablate(part, {
      folder: import.meta.dirname,
      command: 'npx -y pnpm@12 study',
      onPlan: (requests, { name }) => say(`${name}: ${requests.length} runs`),
      onDone(_, { id, status }, reused) {
        done++;
        if (!reused) say(`${done}: ${id} ${status}`);
      },
    });
  }
}

// --- helpers ---

/** Puts the sealed results back where runs are kept. */
function restore(): void {
  for (const result of readSources(DATA_SETS.map(archiveOf).filter(existsSync)).results) {
    if (!settledResult(RUNS, result.id)) openRunFolder(path.join(RUNS, result.id)).writeResult(result);
  }
}
