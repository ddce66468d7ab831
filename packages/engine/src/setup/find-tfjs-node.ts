import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export const TFJS_NODE = '@tensorflow/tfjs-node';
export const TFJS_NODE_VERSION = '4.22.0';

export interface TfjsNode {
  /** The package's folder. */
  root: string;
  version: string;
}

/** Finds the package from this module, else from the project in the current folder: npm drops it from ours when its script fails. */
export function findTfjsNode(from: readonly string[] = [import.meta.url, join(process.cwd(), 'package.json')]): TfjsNode | undefined {
  for (const place of from) {
    try {
      const file = createRequire(place).resolve(`${TFJS_NODE}/package.json`);
      const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
      return { root: dirname(file), version };
    } catch {
      // Not there: try the next place.
    }
  }
  return undefined;
}

/** The addon speaks N-API 8, whatever Node.js runs it. */
export const addonFile = (root: string): string => join(root, 'lib', 'napi-v8', 'tfjs_binding.node');

/** Written beside an addon that we built: where its library is. */
export const noteFile = (root: string): string => join(root, 'lib', 'napi-v8', 'espalier.json');

/** The library that an installed addon will load, or undefined if one of the two is missing. Looks at files only. */
export function installedLibrary(root: string): string | undefined {
  if (!existsSync(addonFile(root))) return undefined;
  const noted = notedLibrary(root);
  const candidates = noted ? [noted] : OWN_LIBRARIES.map((name) => join(root, 'deps', 'lib', name));
  return candidates.find((file) => existsSync(file));
}

// --- helpers ---

/** What the package's own script leaves behind on Linux, macOS and Windows. */
const OWN_LIBRARIES = ['libtensorflow.so.2.9.1', 'libtensorflow.so.2', 'libtensorflow.so', 'libtensorflow.dylib', 'tensorflow.dll'];

function notedLibrary(root: string): string | undefined {
  if (!existsSync(noteFile(root))) return undefined;
  return (JSON.parse(readFileSync(noteFile(root), 'utf8')) as { library: string }).library;
}
