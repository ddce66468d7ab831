import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EspalierError } from '../errors.ts';

/** How long a dying process may take to let go of a run. */
const PATIENCE_MS = 10_000;
/** How long a lock may exist without the number of its process in it. */
const WRITING_MS = 1000;

/**
 * Makes this process the only one that writes into a run's folder; returns the way to let go. A lock whose process is gone is taken over.
 *
 * Throws `E_RUN_BUSY` if another process keeps it.
 */
export async function lockRun(folder: string, patience = PATIENCE_MS): Promise<() => void> {
  const file = path.join(folder, 'lock');
  for (const deadline = Date.now() + patience; ; await sleep(100)) {
    if (tryLock(file)) return () => rmSync(file, { force: true });
    const holder = readHolder(file);
    if (holder?.isGone) rmSync(file, { force: true });
    else if (holder && Date.now() > deadline) throw busy(folder, holder.pid);
  }
}

// --- helpers ---

function tryLock(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

/** The process that holds the lock; undefined if it has let go in the meantime. */
function readHolder(file: string): { pid: number; isGone: boolean } | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return { pid, isGone: pid > 0 ? !isAlive(pid) : Date.now() - statSync(file).mtimeMs > WRITING_MS };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const busy = (folder: string, pid: number) =>
  new EspalierError('E_RUN_BUSY', `Process ${pid} is training the run in ${folder}. Wait for it, or end it.`);
