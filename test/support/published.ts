import { readFileSync } from 'node:fs';
import path from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { run, WORKSPACE } from './project.ts';

/** What publint says of a packed package, suggestions too. */
export async function publintComplaints(tarball: string): Promise<readonly string[]> {
  const bytes = Uint8Array.from(readFileSync(tarball)).buffer;
  const { messages, pkg } = await publint({ pack: { tarball: bytes } });
  return messages.map((message) => formatMessage(message, pkg) ?? message.code);
}

/**
 * What "Are the types wrong?" says of a packed package; nothing where all is well. The packages are ES modules alone: how they look to
 * `require` and to resolution without `exports` doesn't count.
 */
export async function typeComplaints(tarball: string): Promise<string> {
  const attw = path.join(WORKSPACE, 'node_modules/.bin/attw');
  const { code, stdout, stderr } = await run(attw, [tarball, '--profile', 'esm-only', '--format', 'ascii'], { cwd: WORKSPACE }).ended;
  return code === 0 ? '' : stdout || stderr;
}

/** The newest Node.js of a major version: the program in the npm package `node`. Throws where it can't be had. */
export async function nodeOf(major: number): Promise<string> {
  const print = 'console.log(process.versions.node, process.execPath)';
  const { code, stdout, stderr } = await run('npx', ['-y', `node@${major}`, '--eval', print], { cwd: WORKSPACE }).ended;
  const [, version, program] = /^(\S+) (.+)\n$/.exec(stdout) ?? [];
  if (code !== 0 || !program || !version?.startsWith(`${major}.`)) throw new Error(`No Node.js ${major}: ${stderr || stdout}`);
  return program;
}
