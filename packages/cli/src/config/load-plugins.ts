import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { EspalierError, type Plugin } from '@espalier/core';
import { pluginMissing } from '../errors.ts';
import { importDefault } from './import-default.ts';

/** A plugin to load: a path or a package name, seen from a folder; or the plugin itself. */
export type PluginReference = string | Plugin;

/** Loads what was listed, nothing else. Throws `E_PLUGIN` with the name of the one that can't be loaded. */
export async function loadPlugins(references: readonly PluginReference[], folder: string): Promise<Plugin[]> {
  return Promise.all(references.map(async (reference) => (typeof reference === 'string' ? load(reference, folder) : reference)));
}

/** Paths made absolute, so that another process finds them from anywhere. */
export const absolutePlugin = (reference: string, folder: string): string =>
  isPath(reference) ? path.resolve(folder, reference) : reference;

// --- helpers ---

const isPath = (reference: string): boolean => reference.startsWith('.') || path.isAbsolute(reference);

async function load(reference: string, folder: string): Promise<Plugin> {
  try {
    const file = isPath(reference) ? path.resolve(folder, reference) : resolvePackage(reference, folder);
    if (!existsSync(file)) throw new Error('there is no such file');
    const plugin = await importDefault(file);
    if (plugin === undefined) throw new Error('it has no default export');
    return plugin as Plugin;
  } catch (cause) {
    throw cause instanceof EspalierError ? cause : pluginMissing(reference, folder, cause);
  }
}

/** The file of a package that is installed where the configuration is; most plugins are modules only, which `require` doesn't resolve. */
function resolvePackage(name: string, folder: string): string {
  const require = createRequire(pathToFileURL(`${folder}/`));
  try {
    return require.resolve(name);
  } catch (cause) {
    const home = require.resolve.paths(name)?.map((modules) => path.join(modules, name)) ?? [];
    const installed = home.find((one) => existsSync(path.join(one, 'package.json')));
    const entry = installed && moduleEntry(JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8')).exports);
    if (!entry) throw new Error(installed ? 'it has no main export' : 'there is no such package', { cause });
    return path.join(installed, entry);
  }
}

/** What `import` finds under "exports": the first condition in the file's order that holds here. */
function moduleEntry(exported: unknown): string | undefined {
  if (typeof exported === 'string') return exported;
  if (typeof exported !== 'object' || exported === null) return undefined;
  const chosen = Object.entries(exported).find(([condition]) => ['.', 'import', 'node', 'default'].includes(condition));
  return moduleEntry(chosen?.[1]);
}
