import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addonsLoad, compileAddon, loadAddons, requireCompiler } from './compile-addon.ts';
import { replaceFile } from './replace-file.ts';
import { libraryFile } from './wheel.ts';

/**
 * The addon with our own operations in the cache, beside the library in `folder` that it was compiled against. Its name has a hash of its
 * sources and of the compiler's flags: after an update it is another file.
 */
export function operationsAddon(folder: string): string {
  const hash = createHash('sha256').update(FLAGS.join(' '));
  for (const name of readdirSync(SOURCES).sort()) hash.update(readFileSync(join(SOURCES, name)));
  return join(folder, `operations-${hash.digest('hex').slice(0, 16)}.node`);
}

/** The addon that goes with a TensorFlow library, if it is there: beside a library that we fetched, never beside another. */
export function findOperations(library: string): string | undefined {
  const file = operationsAddon(folderOf(library));
  return existsSync(file) ? file : undefined;
}

/** Whether the addon can be compiled against a library, given a compiler: that takes the headers that come with the one we fetch. */
export const takesOperations = (library: string): boolean => library === libraryFile(folderOf(library));

/**
 * Compiles the addon for a library that we fetched, unless it is there; with `verify`, unless it loads. Everything works without it, slower
 * and with the same bits, so a failure is one line to the log.
 */
export async function prepareOperations(library: string, log: (line: string) => void, verify = false): Promise<void> {
  if (!takesOperations(library)) return;
  const folder = folderOf(library);
  const found = findOperations(library);
  try {
    if (found !== undefined && (!verify || (await addonsLoad(found)))) return;
    await requireCompiler();
    log('Compiling the native operations ...');
    await replaceFile(operationsAddon(folder), async (file) => {
      await compileAddon({ sources: [join(SOURCES, 'operations.cc')], flags: FLAGS, folder }, file);
      await loadAddons(file);
    });
  } catch (error) {
    log(`Training will be slower, without native operations of our own: ${(error as Error).message}`);
  }
}

// --- helpers ---

const SOURCES = fileURLToPath(new URL('../../native', import.meta.url));

/** Nothing that changes a bit: no product fused into a sum, nothing regrouped. No signals are taken from floats, so loops can be vectorized. */
const FLAGS = ['-O3', '-pthread', '-fno-fast-math', '-ffp-contract=off', '-fno-trapping-math'];

const folderOf = (library: string): string => dirname(dirname(library));
