import { existsSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type EspalierError, type Plugin, type PluginOrigin, pluginSourceDigest } from '@espalier/core';
import { pluginBroken, pluginMissing } from '../errors.ts';
import { checkCopies } from './check-copies.ts';
import { importModule } from './import-default.ts';
import { digestOfFiles, moduleFiles } from './module-files.ts';
import { packageOf, readManifest } from './package-of.ts';

/** A plugin to load: a path or a package name, seen from a folder; or the plugin itself. */
export type PluginReference = string | Plugin;

export interface LoadedPlugin {
  readonly plugin: Plugin;
  readonly origin: PluginOrigin;
}

/**
 * Loads what was listed, nothing else. The origin of each has a digest: of the file and all that it leads to by relative paths, with name
 * and version for a package; of the source of its components, for a plugin given as an object.
 *
 * Throws `E_PLUGIN`, `E_PLUGIN_COPIES` or `E_API_VERSION`, with the plugin's name and file.
 */
export async function loadPlugins(references: readonly PluginReference[], folder: string): Promise<LoadedPlugin[]> {
  return Promise.all(
    references.map(async (reference) =>
      typeof reference === 'string' ? load(reference, folder) : { plugin: reference, origin: { digest: pluginSourceDigest(reference) } },
    ),
  );
}

/** Paths made absolute, so that another process finds them from anywhere. */
export const absolutePlugin = (reference: string, folder: string): string =>
  isPath(reference) ? path.resolve(folder, reference) : reference;

// --- helpers ---

const isPath = (reference: string): boolean => reference.startsWith('.') || path.isAbsolute(reference);

async function load(reference: string, folder: string): Promise<LoadedPlugin> {
  const file = locate(reference, folder);
  const files = moduleFiles(file);
  checkCopies(reference, files);
  const plugin = await importPlugin(reference, file);
  if (isPath(reference)) return { plugin, origin: { file, digest: digestOfFiles(files, path.dirname(file)) } };
  const { folder: home = path.dirname(file), manifest: { version = '' } = {} } = packageOf(file) ?? {};
  return { plugin, origin: { file, version, digest: digestOfFiles(files, home, reference, version) } };
}

/** The file of a plugin, links followed. */
function locate(reference: string, folder: string): string {
  const file = isPath(reference) ? path.resolve(folder, reference) : entryOf(reference, folder);
  if (existsSync(file) && statSync(file).isFile()) return realpathSync(file);
  if (!isPath(reference)) throw pluginMissing(reference, folder, `its main export, ${file}, is not there: build the package`);
  throw pluginMissing(reference, folder, existsSync(file) ? 'it is a folder: name the file in it' : 'there is no such file');
}

/** The file of a package that is installed where the configuration is; most plugins are modules only, which `require` doesn't resolve. */
function entryOf(name: string, folder: string): string {
  const require = createRequire(pathToFileURL(`${folder}/`));
  try {
    return require.resolve(name);
  } catch {
    const home = require.resolve.paths(name)?.map((modules) => path.join(modules, name)) ?? [];
    const installed = home.find((one) => existsSync(path.join(one, 'package.json')));
    const entry = installed && moduleEntry(readManifest(installed)?.exports);
    if (!entry) throw pluginMissing(name, folder, installed ? `${installed} has no main export` : 'there is no such package');
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

async function importPlugin(reference: string, file: string): Promise<Plugin> {
  const { default: plugin, names } = await importModule(file).catch((cause: unknown) => {
    // By its code: an error of another copy of core is of another class.
    const isOwn = cause instanceof Error && String((cause as { code?: unknown }).code).startsWith('E_');
    throw pluginBroken(reference, file, cause, ...(isOwn ? [(cause as EspalierError).code] : []));
  });
  if (isPlugin(plugin)) return plugin;
  const named = names.length ? `it exports ${names.join(', ')}, but no plugin as default` : 'it exports nothing';
  const problem = plugin === undefined ? named : 'its default export is not a plugin';
  throw pluginBroken(reference, file, `${problem}. Write "export default definePlugin({ name, apiVersion: 1, components: [...] })"`);
}

const isPlugin = (value: unknown): value is Plugin =>
  typeof value === 'object' && value !== null && 'name' in value && 'apiVersion' in value && 'components' in value;
