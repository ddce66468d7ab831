import { mkdirSync } from 'node:fs';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { archiveBroken } from '../errors.ts';
import type { Archive, ArchiveEntry } from '../results.ts';
import { runId } from './run-id.ts';
import { compress, seal } from './seal.ts';

/**
 * Writes studies by name and results by id into one sealed file, compressed where its name ends with `.gz`. The same runs give the same
 * bytes. Throws `E_RESULT` for a run whose id isn't that of its spec.
 */
export function writeArchive(file: string, { studies, runs }: Archive): void {
  const entries: ArchiveEntry[] = [
    ...[...studies].sort((a, b) => order(a.name, b.name)).map((study) => ({ study })),
    ...[...runs].sort((a, b) => order(a.result.id, b.result.id)),
  ];
  entries.forEach((entry, index) => {
    const stranger = ('study' in entry ? entry.study.runs : [entry.result]).find(({ id, spec }) => id !== runId(spec));
    if (stranger) throw archiveBroken(file, index + 1, `the id of run ${stranger.id} is not that of its spec`);
  });
  const text = seal(entries);
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  writeFileAtomic.sync(file, file.endsWith('.gz') ? Buffer.from(compress(text)) : text);
}

// --- helpers ---

const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
