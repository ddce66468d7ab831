import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { temporaryFolders, withCode } from '../test-helpers.ts';
import { lockRun } from './run-lock.ts';

/** A process that lives as long as this one. */
const ALIVE = process.ppid;

describe('lockRun', () => {
  const newFolder = temporaryFolders();
  const locked = (holder: number | string) => {
    const folder = newFolder();
    writeFileSync(path.join(folder, 'lock'), String(holder));
    utimesSync(path.join(folder, 'lock'), 0, 0);
    return folder;
  };

  it('holds the lock in the name of this process until it is let go', async () => {
    const folder = newFolder();
    const unlock = await lockRun(folder);
    expect(readFileSync(path.join(folder, 'lock'), 'utf8')).toBe(String(process.pid));
    unlock();
    expect(existsSync(path.join(folder, 'lock'))).toBe(false);
  });

  it('refuses a run that a living process holds', async () => {
    const folder = locked(ALIVE);
    await expect(lockRun(folder, 0)).rejects.toThrow(withCode('E_RUN_BUSY'));
    expect(readFileSync(path.join(folder, 'lock'), 'utf8')).toBe(String(ALIVE));
  });

  it('does not take away a lock that is being written', async () => {
    const folder = newFolder();
    writeFileSync(path.join(folder, 'lock'), '');
    await expect(lockRun(folder, 0)).rejects.toThrow(withCode('E_RUN_BUSY'));
  });

  it('waits for a process that is about to let go', async () => {
    const folder = locked(ALIVE);
    const waiting = lockRun(folder, 5000);
    await sleep(50);
    rmSync(path.join(folder, 'lock'));
    (await waiting)();
  });

  it.each([
    ['of a process that is gone', () => spawnSync('true').pid],
    ['of an earlier process with the number of this one', () => process.pid],
    ['that was never written', () => ''],
    ['that is not a number', () => 'x'],
  ])('takes over a lock %s', async (_, holder) => {
    const folder = locked(holder());
    const unlock = await lockRun(folder, 0);
    expect(readFileSync(path.join(folder, 'lock'), 'utf8')).toBe(String(process.pid));
    unlock();
  });
});
