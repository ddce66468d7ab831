import path from 'node:path';
import { ablate } from 'espalier';
import { DATA_SETS, type DataSet, parts } from './parts.ts';

/** Where the study's runs are kept: what is finished is not trained again. */
export const RUNS = path.join(import.meta.dirname, 'runs');

/** Everything that stands behind the page, in one sealed file that is committed. */
export const archiveOf = (data: DataSet): string => path.join(import.meta.dirname, `${data}.jsonl`);

/** Trains what is missing of the study, on the data sets that are named or on all. */
export async function train(names: readonly string[], say: (line: string) => void): Promise<void> {
  const chosen = names.length ? DATA_SETS.filter((data) => names.includes(data)) : DATA_SETS;
  for (const part of parts(chosen)) {
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
