import { writeArchive } from '@espalier/core';
import { archivedRuns, readSources, resultsOfStudy } from '@espalier/reports';
import { archiveOf, type KeptStudy, runsOf, sealedFiles, type Where } from './study.ts';

/** Writes the studies and the finished runs of each archive into it. */
export function seal(study: KeptStudy, say: Where['say']): void {
  const sealed = sealedFiles(study);
  const { results, studies } = readSources([runsOf(study), ...sealed]);
  const { origins } = readSources([...sealed, runsOf(study)]); // results that were put back have none beside them
  for (const archive of study.archives) {
    const own = studies.filter(({ name }) => name.startsWith(`${archive}-`));
    const ids = new Set(own.flatMap((one) => resultsOfStudy(one, results)).map(({ id }) => id));
    const runs = archivedRuns(
      results.filter(({ id }) => ids.has(id)),
      origins,
    );
    if (!own.length) continue;
    writeArchive(archiveOf(study, archive), { studies: own, runs });
    say(`${runs.length} runs of ${own.length} studies in ${archive}.jsonl`);
  }
}
