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
    const file = isPath(reference) ? path.resolve(folder, reference) : createRequire(pathToFileURL(`${folder}/`)).resolve(reference);
    const plugin = await importDefault(file);
    if (plugin === undefined) throw new Error('it has no default export');
    return plugin as Plugin;
  } catch (cause) {
    throw cause instanceof EspalierError ? cause : pluginMissing(reference, folder, cause);
  }
}
