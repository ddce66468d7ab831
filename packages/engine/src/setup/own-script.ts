import { existsSync } from 'node:fs';
import { copyFile, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { addonLoads } from './addon.ts';
import { installedLibrary, noteFile, type TfjsNode } from './find-tfjs-node.ts';
import { runCommand } from './run-command.ts';

/** A host that never answers must not hold up an install; one that answers may take its time. */
const REACH_LIMIT = 20_000;
const TOTAL_LIMIT = 600_000;

/** Runs the install script of @tensorflow/tfjs-node. True if it left an addon that loads; otherwise nothing of it remains. */
export async function runOwnScript(tfjsNode: TfjsNode, { reachLimit = REACH_LIMIT, totalLimit = TOTAL_LIMIT } = {}): Promise<boolean> {
  const { root } = tfjsNode;
  await rm(noteFile(root), { force: true });
  await ownPackageFile(root);
  const giveUp = new AbortController();
  const timer = setTimeout(() => {
    void somethingArrived(root).then((arrived) => arrived || giveUp.abort());
  }, reachLimit);
  const env = { ...process.env, NODE_OPTIONS: '', PATH: `${preGypFolder(root)}${delimiter}${process.env.PATH ?? ''}` };
  const script = join('scripts', 'install.js');
  const { ok } = await runCommand(process.execPath, [script], { cwd: root, env, timeout: totalLimit, signal: giveUp.signal });
  clearTimeout(timer);
  if (ok && installedLibrary(root) !== undefined && (await addonLoads(tfjsNode))) return true;
  await rm(join(root, 'deps'), { recursive: true, force: true });
  const doneByAnother = existsSync(noteFile(root));
  if (!doneByAnother) await rm(join(root, 'lib'), { recursive: true, force: true });
  return false;
}

// --- helpers ---

/** The script writes to the package's package.json, which may be a hard link into the package manager's store. */
async function ownPackageFile(root: string): Promise<void> {
  const file = join(root, 'package.json');
  await copyFile(file, `${file}.own`);
  await rename(`${file}.own`, file);
}

async function somethingArrived(root: string): Promise<boolean> {
  const unpacked = await readdir(join(root, 'deps')).catch(() => []);
  return unpacked.length > 0 || existsSync(join(root, 'scripts', '_tmp.zip'));
}

/** The script calls `node-pre-gyp` by name. */
function preGypFolder(root: string): string {
  const file = createRequire(join(root, 'package.json')).resolve('@mapbox/node-pre-gyp/package.json');
  return join(dirname(file), 'bin');
}
