import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pluginCopies } from '../errors.ts';

/**
 * Throws `E_PLUGIN_COPIES` if one of a plugin's files imports core or TensorFlow.js and gets another copy than the one that runs. Imports
 * nothing itself.
 */
export function checkCopies(plugin: string, files: readonly string[]): void {
  for (const file of files)
    for (const name of sharedImports(file)) {
      const [theirs, ours] = [resolvedFrom(file, name), sharedCopy(name)];
      if (theirs !== undefined && ours !== undefined && theirs !== ours) throw pluginCopies(plugin, name, theirs, ours);
    }
}

// --- helpers ---

const IMPORT = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*(['"])(@espalier\/core|@tensorflow\/tfjs(?:-core|-layers)?)(?:\/[^'"\n]*)?\1/g;

const sharedImports = (file: string): Set<string> =>
  new Set([...readFileSync(file, 'utf8').matchAll(IMPORT)].map(([, , name]) => name as string));

/** The copy that runs: core is what this package imports, TensorFlow.js what core imports, and its parts what that does. */
function sharedCopy(name: string): string | undefined {
  if (name === '@espalier/core') return resolvedFrom(import.meta.url, name);
  const owner = sharedCopy(name === '@tensorflow/tfjs' ? '@espalier/core' : '@tensorflow/tfjs');
  return owner && resolvedFrom(owner, name);
}

/** The file that a package's name leads to, links followed; undefined if it isn't installed there. */
function resolvedFrom(place: string, name: string): string | undefined {
  try {
    return createRequire(place).resolve(name);
  } catch {
    return undefined;
  }
}
