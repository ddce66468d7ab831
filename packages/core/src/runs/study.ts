import { mkdirSync } from 'node:fs';
import writeFileAtomic from 'write-file-atomic';
import { type Study, studyFile } from '../results.ts';

/** Puts down what a study sets out to run, before its first run, in place of an older study of the same name. Returns the file. */
export function writeStudy(runs: string, study: Study): string {
  mkdirSync(runs, { recursive: true });
  const file = studyFile(runs, study.name);
  writeFileAtomic.sync(file, `${JSON.stringify(study)}\n`);
  return file;
}
