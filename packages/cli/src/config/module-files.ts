import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { digestOf } from '@espalier/core/results';

/**
 * The files that a module is made of: its own and, from file to file, all that a relative path in quotes leads to: what is imported,
 * whatever the syntax, and data that is read. Sorted. What comes from packages, or by a path that is put together at run time, isn't among
 * them.
 */
export function moduleFiles(entry: string): string[] {
  const found = new Set<string>();
  const waiting = [entry];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    if (CODE.test(file)) for (const specifier of relativePaths(file)) waiting.push(...filesAt(path.resolve(path.dirname(file), specifier)));
  }
  return [...found].sort();
}

/** Twelve hexadecimal digits of the SHA-256 of files and their paths below or beside a folder, with what else tells them apart. */
export function digestOfFiles(files: readonly string[], folder: string, ...more: readonly string[]): string {
  const contents = files.map((file) => [
    path.relative(folder, file).split(path.sep).join('/'),
    createHash('sha256').update(readFileSync(file)).digest('hex'),
  ]);
  return digestOf([...more, contents]).slice(0, 12);
}

// --- helpers ---

const CODE = /\.[cm]?[jt]sx?$/;
const ENDINGS = ['ts', 'mts', 'cts', 'tsx', 'js', 'mjs', 'cjs', 'jsx', 'json'];

const relativePaths = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(['"`])(\.{1,2}\/[^'"`\n]*)\1/g)].map(([, , specifier]) => specifier as string);

/** All files that a path may stand for: with an ending left out, with that of the compiled file, or a folder's index. */
function filesAt(place: string): string[] {
  const compiled = place.replace(/\.([cm]?)js(x?)$/, '.$1ts$2');
  const endings = ENDINGS.flatMap((ending) => [`${place}.${ending}`, path.join(place, `index.${ending}`)]);
  return [...new Set([place, compiled, ...endings])].filter((file) => existsSync(file) && statSync(file).isFile());
}
