import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** What is read in a package.json. */
export interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly exports?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** The package around a file or folder: the nearest package.json with a name, in its folder or above; undefined if there is none. */
export function packageOf(place: string): { readonly folder: string; readonly manifest: Manifest } | undefined {
  for (const folder of foldersAbove(place)) {
    const manifest = readManifest(folder);
    if (manifest?.name !== undefined) return { folder, manifest };
  }
  return undefined;
}

/** A folder's package.json, if it has one. Throws where that isn't JSON. */
export function readManifest(folder: string): Manifest | undefined {
  const file = path.join(folder, 'package.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Manifest) : undefined;
}

/** A path and every folder above it, the nearest first. */
export function foldersAbove(place: string): string[] {
  const up = path.dirname(place);
  return [place, ...(up === place ? [] : foldersAbove(up))];
}
