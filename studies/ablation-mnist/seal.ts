import { existsSync } from 'node:fs';
import { writeArchive } from '@espalier/core';
import { archivedRuns, readSources, resultsOfStudy } from '@espalier/reports';
import { DATA_SETS } from './parts.ts';
import { archiveOf, RUNS } from './train.ts';

/** Writes the studies and the finished runs of each data set into its archive. */
export function seal(say: (line: string) => void): void {
  const archives = DATA_SETS.map(archiveOf).filter(existsSync);
  const { results, studies } = readSources([RUNS, ...archives]);
  const { origins } = readSources([...archives, RUNS]); // results that were put back have none beside them
  for (const data of DATA_SETS) {
    const own = studies.filter(({ name }) => name.startsWith(`${data}-`));
    const ids = new Set(own.flatMap((study) => resultsOfStudy(study, results)).map(({ id }) => id));
    const runs = archivedRuns(
      results.filter(({ id }) => ids.has(id)),
      origins,
    );
    if (!own.length) continue;
    writeArchive(archiveOf(data), { studies: own, runs });
    say(`${runs.length} runs of ${own.length} studies in ${data}.jsonl`);
  }
}
