import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import type { Kind } from '@espalier/core';
import { checkWritable } from './check-writable.ts';
import { foldersAbove, type Manifest, packageOf, readManifest } from './config/package-of.ts';
import { builtInPlugins } from './container.ts';
import { componentBuiltIn, componentNameInvalid, folderTaken, identifierTaken } from './errors.ts';
import { version } from './version.ts';

export interface NewPluginOptions {
  readonly kind: Kind;
  /** Of the component, in kebab-case. The package is called `espalier-plugin-<name>`. */
  readonly name: string;
  /** Folder of the package; it must be empty or not there yet. */
  readonly out: string;
}

export interface NewPlugin {
  /** Of the package in npm. */
  readonly name: string;
  /** All that was written, relative to the folder, sorted. */
  readonly files: readonly string[];
}

/**
 * Makes a package with one component: a small real one of its kind, with its contract as a test. What `espalier new` does.
 *
 * Where a package.json above asks for Espalier's packages as files (`file:packed/espalier-0.1.0.tgz`), so does the new one; else it asks
 * for the versions that made it.
 *
 * Throws `E_USAGE` before anything is written: for a name that is taken or no name, and for a folder that holds something.
 */
export function newPlugin({ kind, name, out }: NewPluginOptions): NewPlugin {
  checkName(kind, name);
  checkWritable('folder', out);
  if (existsSync(out) && readdirSync(out).length) throw folderTaken(out);
  mkdirSync(out, { recursive: true });
  for (const part of ['shared', kind]) cpSync(path.join(TEMPLATES, part), out, { recursive: true });
  for (const [packed, meant] of Object.entries(RENAMED)) renameSync(path.join(out, packed), path.join(out, meant));
  const files = (readdirSync(out, { recursive: true, withFileTypes: true }) as { name: string; parentPath: string; isFile(): boolean }[])
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  for (const file of files) writeFileSync(file, filledIn(readFileSync(file, 'utf8'), kind, name));
  const manifest = path.join(out, 'package.json');
  writeFileSync(manifest, `${JSON.stringify(withEspalier(JSON.parse(readFileSync(manifest, 'utf8')), out), null, 2)}\n`);
  return { name: `espalier-plugin-${name}`, files: files.map((file) => path.relative(out, file)).sort() };
}

// --- helpers ---

/** `shared` and a folder for each kind. They are code that runs; `filledIn` gives it its name. */
const TEMPLATES = fileURLToPath(new URL('../templates', import.meta.url));

/** npm packs no .gitignore, and a package.json inside of a package would have a say in how its folder is read. */
const RENAMED = { gitignore: '.gitignore', 'manifest.json': 'package.json' };

function filledIn(template: string, kind: Kind, name: string): string {
  const words: Record<string, string> = { 'my-component': name, myComponent: camelCase(name), 'my-kind': kind.replaceAll('-', ' ') };
  return template.replace(/my-component|myComponent|my-kind/g, (word) => words[word] as string);
}

const camelCase = (name: string): string => name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** npm allows a package 214 characters. */
const LONGEST = 214 - 'espalier-plugin-'.length;

function checkName(kind: Kind, name: string): void {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.startsWith('espalier-plugin-') || name.length > LONGEST)
    throw componentNameInvalid(name);
  const owner = builtInPlugins.find(({ components }) => components.some((one) => one.kind === kind && one.definition.name === name));
  if (owner) throw componentBuiltIn(kind, name, owner.name);
  const identifier = camelCase(name);
  const code = ['src/index.ts', 'test/contract.test.ts'].map((file) => readFileSync(path.join(TEMPLATES, kind, file), 'utf8')).join();
  const uses = new RegExp(`\\b${identifier}\\b`).test(code.replace(/\/\*.*?\*\/|\/\/[^\n]*/gs, ''));
  if (uses || !isIdentifier(identifier)) throw identifierTaken(name, identifier);
}

function isIdentifier(word: string): boolean {
  try {
    new Script(`'use strict'; async () => { const ${word} = 0; }`);
    return true;
  } catch {
    return false;
  }
}

/** A manifest that asks for Espalier's packages: one copy of core, the user's. */
function withEspalier(manifest: Manifest, folder: string): Manifest {
  const core = packageOf(fileURLToPath(import.meta.resolve('@espalier/core')))?.manifest.version;
  const wanted = { '@espalier/core': `^${core}`, espalier: `^${version}`, ...filesAskedForAbove(folder) };
  return {
    ...manifest,
    peerDependencies: { '@espalier/core': `^${core}` },
    devDependencies: { ...wanted, ...manifest.devDependencies },
  };
}

/** Espalier's packages that the nearest package.json above has as files, seen from a folder. Those that others of them need have to come along. */
function filesAskedForAbove(folder: string): Record<string, string> {
  for (const above of foldersAbove(path.dirname(folder))) {
    const manifest = readManifest(above);
    if (!manifest) continue;
    const files = Object.entries({ ...manifest.devDependencies, ...manifest.dependencies }).filter(
      ([name, spec]) => /^(@espalier\/.+|espalier)$/.test(name) && spec.startsWith('file:'),
    );
    return Object.fromEntries(
      files.map(([name, spec]) => {
        const target = path.relative(folder, path.resolve(above, spec.slice('file:'.length)));
        return [name, `file:${target.split(path.sep).join('/')}`];
      }),
    );
  }
  return {};
}
