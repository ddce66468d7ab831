import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { inject } from 'vitest';
import { type Outcome, run, succeeds, WORKSPACE } from './project.ts';

/**
 * Our packages as npm gets them: the paths of their archives. Packed once in a run of the tests, by the first file that asks; the others
 * wait for it.
 */
export async function packedPackages(): Promise<readonly string[]> {
  const folder = path.join(inject('runFolder'), 'packed');
  const outcome = path.join(folder, 'outcome');
  if (isFirst(folder)) {
    const error = await succeeds(pnpm('--filter', './packages/*', 'pack', '--pack-destination', folder)).then(
      () => '',
      (failed: unknown) => String(failed),
    );
    writeFileSync(`${outcome}.part`, error);
    renameSync(`${outcome}.part`, outcome);
  }
  while (!existsSync(outcome)) await setTimeout(200);
  const error = readFileSync(outcome, 'utf8');
  if (error) throw new Error(error);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.tgz'))
    .map((file) => path.join(folder, file));
}

// --- helpers ---

/** Of all processes that ask: one makes the folder. */
function isFirst(folder: string): boolean {
  mkdirSync(path.dirname(folder), { recursive: true });
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** The pnpm that runs the tests, or the one that the workspace is made for. */
function pnpm(...args: readonly string[]): Promise<Outcome> {
  const running = process.env.npm_execpath;
  const options = { cwd: WORKSPACE };
  if (running?.includes('pnpm')) {
    const isScript = /\.[cm]?js$/.test(running);
    return run(isScript ? process.execPath : running, isScript ? [running, ...args] : args, options).ended;
  }
  return run('npx', ['-y', 'pnpm@12', ...args], options).ended;
}
