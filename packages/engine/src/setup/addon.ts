import { existsSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { addonsLoad, compileAddon, loadAddons, requireCompiler } from './compile-addon.ts';
import { addonFile, noteFile, type TfjsNode } from './find-tfjs-node.ts';
import { replaceFile } from './replace-file.ts';
import { libraryFile } from './wheel.ts';

/** The compiled addon in the cache, for all clones and projects of this user. */
export const cachedAddon = (folder: string, { version }: TfjsNode): string => join(folder, `tfjs-node-${version}.node`);

/** Installs the addon into the package: the cached one if it loads, else one newly built against the library in `folder`. */
export async function installAddon(tfjsNode: TfjsNode, folder: string, log: (line: string) => void): Promise<void> {
  const cached = cachedAddon(folder, tfjsNode);
  if (!existsSync(cached) || !(await addonsLoad(cached))) {
    await requireCompiler();
    log('Compiling the TensorFlow.js addon ...');
    await replaceFile(cached, (file) => buildAddon(tfjsNode, folder, file));
  }
  await mkdir(dirname(addonFile(tfjsNode.root)), { recursive: true });
  await replaceFile(noteFile(tfjsNode.root), (file) => writeFile(file, `${JSON.stringify({ library: libraryFile(folder) })}\n`));
  await replaceFile(addonFile(tfjsNode.root), (file) => copyFile(cached, file));
}

/** The version of TensorFlow that the installed addon loads. */
export const addonVersion = ({ root }: TfjsNode): Promise<string> => loadAddons(addonFile(root));

/** Whether the installed addon loads. */
export const addonLoads = ({ root }: TfjsNode): Promise<boolean> => addonsLoad(addonFile(root));

// --- helpers ---

async function buildAddon({ root }: TfjsNode, folder: string, target: string): Promise<void> {
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(root, 'binding', name));
  await compileAddon({ sources, flags: ['-O2'], includes: [root], folder }, target);
  await loadAddons(target);
}
