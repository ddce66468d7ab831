import { mkdirSync, watch } from 'node:fs';
import { type LogEntry, readLog } from '@espalier/core/results';

/** Waits for an entry in the log of a run that another process carries out, or will. */
export function untilLogged(runFolder: string, wanted: (entry: LogEntry) => boolean): Promise<void> {
  mkdirSync(runFolder, { recursive: true });
  return new Promise((resolve) => {
    const look = () => {
      if (!readLog(runFolder).some(wanted)) return;
      watcher.close();
      resolve();
    };
    const watcher = watch(runFolder, look);
    look();
  });
}
