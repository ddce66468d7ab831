import { existsSync } from 'node:fs';
import { addonLoads, cachedAddon, installAddon } from './addon.ts';
import { cacheFolder } from './cache-folder.ts';
import { requireCompiler } from './compile-addon.ts';
import { findTfjsNode, installedLibrary, type TfjsNode } from './find-tfjs-node.ts';
import { NOT_INSTALLED } from './native-state.ts';
import { prepareOperations } from './operations-addon.ts';
import { runOwnScript } from './own-script.ts';
import { fetchLibrary, libraryFile, libraryFolder, wheelFor } from './wheel.ts';

export interface PrepareOptions {
  /** Takes lines of progress, for people. */
  log?: (line: string) => void;
  /** Load a library that is already there too, in a child process, and prepare it anew if that fails. Default false: takes no time. */
  verify?: boolean;
}

export interface Prepared {
  /** `ready`: nothing was to do. `prepared`: works now. `unavailable`: see `reason`. */
  status: 'ready' | 'prepared' | 'unavailable';
  /** Path of the TensorFlow library. */
  library?: string;
  reason?: string;
}

/**
 * Makes the native engine work if that is possible here: by the install script of @tensorflow/tfjs-node, else with the library out of
 * TensorFlow's Python wheel, for which our own operations are compiled too. Never throws.
 */
export async function prepareNative({ log = () => {}, verify = false }: PrepareOptions = {}): Promise<Prepared> {
  const tfjsNode = findTfjsNode();
  if (!tfjsNode) return { status: 'unavailable', reason: NOT_INSTALLED };
  const library = installedLibrary(tfjsNode.root);
  if (library && (!verify || (await addonLoads(tfjsNode)))) {
    await prepareOperations(library, log, verify);
    return { status: 'ready', library };
  }
  try {
    const prepared = (await byOwnScript(tfjsNode)) ?? (await byWheel(tfjsNode, log));
    await prepareOperations(prepared, log, verify);
    return { status: 'prepared', library: prepared };
  } catch (error) {
    return { status: 'unavailable', reason: error instanceof Error ? error.message : String(error) };
  }
}

// --- helpers ---

const byOwnScript = async (tfjsNode: TfjsNode): Promise<string | undefined> =>
  (await runOwnScript(tfjsNode)) ? installedLibrary(tfjsNode.root) : undefined;

async function byWheel(tfjsNode: TfjsNode, log: (line: string) => void): Promise<string> {
  const wheel = wheelFor();
  const folder = libraryFolder(cacheFolder(), wheel);
  if (!existsSync(cachedAddon(folder, tfjsNode))) await requireCompiler(); // before the large download
  await fetchLibrary(cacheFolder(), wheel, log);
  await installAddon(tfjsNode, folder, log);
  return libraryFile(folder);
}
