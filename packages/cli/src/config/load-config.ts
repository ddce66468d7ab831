import path from 'node:path';
import { EspalierError } from '@espalier/core';
import { cosmiconfig, defaultLoaders } from 'cosmiconfig';
import { configEmpty, configUnreadable } from '../errors.ts';
import { type Config, checkConfig } from './config.ts';
import { importDefault } from './import-default.ts';

export interface LoadedConfig {
  readonly config: Config;
  /** Where it came from, for messages. */
  readonly source: string;
  /** Relative paths in it start here. */
  readonly folder: string;
}

/**
 * The configuration in a file, or the one that belongs to a folder: `espalier.config.{ts,js,mjs,json,yaml}` or the key `espalier` of
 * package.json, in it or above. Empty if there is none. Throws `E_CONFIG`.
 */
export async function loadConfig(file: string | undefined, folder: string): Promise<LoadedConfig> {
  const explorer = cosmiconfig('espalier', {
    searchPlaces: ['package.json', ...['ts', 'mts', 'js', 'mjs', 'json', 'yaml', 'yml'].map((ending) => `espalier.config.${ending}`)],
    searchStrategy: 'project',
    ignoreEmptySearchPlaces: false,
    loaders: {
      ...defaultLoaders,
      '.json': (name, text) => defaultLoaders['.json'](name, withoutMark(text)),
      '.ts': importDefault,
      '.mts': importDefault,
      '.js': importDefault,
      '.mjs': importDefault,
    },
  });
  try {
    const found = file ? await explorer.load(path.resolve(folder, file)) : await explorer.search(folder);
    if (!found) return { config: {}, source: 'The command line', folder };
    const source = path.relative(folder, found.filepath);
    if (!isPlainObject(found.config)) throw configEmpty(source);
    return { config: checkConfig(found.config, source), source, folder: path.dirname(found.filepath) };
  } catch (error) {
    if (error instanceof EspalierError) throw error;
    const { filepath } = error as { readonly filepath?: string }; // cosmiconfig says where it was
    throw configUnreadable(file ?? path.relative(folder, filepath ?? folder), error);
  }
}

// --- helpers ---

/** Without the byte order mark that some editors begin a file with. */
const withoutMark = (text: string): string => text.replace(/^\uFEFF/, '');

const isPlainObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);
