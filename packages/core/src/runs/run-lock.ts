import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EspalierError } from '../errors.ts';

/** How long a dying process may take to let go of a run. */
const PATIENCE_MS = 10_000;

/**
 * Makes this process the only one that writes into a run's folder; returns the way to let go. A lock whose process is gone is taken over.
 *
 * Throws `E_RUN_BUSY` if another process keeps it.
 */
export async function lockRun(folder: string): Promise<() => void> {
  const file = path.join(folder, 'lock');
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(100)) {
    const holder = tryLock(file);
    if (holder === undefined) return () => rmSync(file, { force: true });
    if (!isAlive(holder)) rmSync(file, { force: true });
    else if (Date.now() > deadline) throw busy(folder, holder);
  }
}

// --- helpers ---

/** The process that holds the lock, or undefined if it is ours now. */
function tryLock(file: string): number | undefined {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return Number(readFileSync(file, 'utf8'));
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return pid > 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const busy = (folder: string, pid: number) =>
  new EspalierError('E_RUN_BUSY', `Process ${pid} is training the run in ${folder}. Wait for it, or end it.`);
