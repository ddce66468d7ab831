import { writeArchive } from '@espalier/core';
import { readSources, resultsOfStudy } from '@espalier/reports';
import { DATA_SETS } from './parts.ts';
import { archiveOf, RUNS } from './train.ts';

/** Writes the studies and the finished runs of each data set into its archive. */
export function seal(say: (line: string) => void): void {
  const { results, studies, origins } = readSources(RUNS);
  for (const data of DATA_SETS) {
    const own = studies.filter(({ name }) => name.startsWith(`${data}-`));
    const ids = new Set(own.flatMap((study) => resultsOfStudy(study, results)).map(({ id }) => id));
    const runs = results
      .filter(({ id }) => ids.has(id))
      .map((result) => ({ result, ...(origins.has(result.id) ? { origin: origins.get(result.id) } : {}) }));
    if (!own.length) continue;
    writeArchive(archiveOf(data), { studies: own, runs } as Parameters<typeof writeArchive>[1]);
    say(`${runs.length} runs of ${own.length} studies in ${data}.jsonl`);
  }
}
