import { appendFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { type LogEntry, type RunRecord, type RunResult, readLog } from '../results.ts';

/** The files of one run. Whole files are written under another name and renamed, so that a crash leaves the old one or the new one. */
export interface RunFolder {
  readonly path: string;
  writeRecord(record: RunRecord): void;
  writeResult(result: RunResult): void;
  appendLog(entry: LogEntry): void;
  /** Drops what was logged after a step, before a run goes on from there. */
  truncateLog(lastStep: number): void;
  /** Forgets how an earlier attempt failed. */
  removeResult(): void;
}

export function openRunFolder(folder: string): RunFolder {
  mkdirSync(folder, { recursive: true });
  const file = (name: string) => path.join(folder, name);
  const writeJson = (name: string, json: unknown) => writeFileAtomic.sync(file(name), `${JSON.stringify(json, null, 2)}\n`);
  return {
    path: folder,
    writeRecord: (record) => writeJson('run.json', record),
    writeResult: (result) => writeJson('result.json', result),
    appendLog: (entry) => appendFileSync(file('log.jsonl'), `${JSON.stringify(entry)}\n`),
    truncateLog(lastStep) {
      if (!existsSync(file('log.jsonl'))) return;
      const kept = readLog(folder).filter((entry) => entry.step <= lastStep);
      writeFileAtomic.sync(file('log.jsonl'), kept.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    },
    removeResult: () => rmSync(file('result.json'), { force: true }),
  };
}
