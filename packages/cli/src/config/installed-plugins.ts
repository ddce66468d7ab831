import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** What a package that holds a plugin says of itself in npm. */
export const PLUGIN_KEYWORD = 'espalier-plugin';

export interface InstalledPlugin {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
}

/**
 * The packages with the keyword that a folder can import: those in `node_modules` of the folder and of those above it, the nearer one where
 * both have a name. Reads their package.json; imports nothing.
 */
export function installedPlugins(folder: string): InstalledPlugin[] {
  const found = new Map<string, InstalledPlugin>();
  for (const modules of modulesFolders(folder))
    for (const name of packageNames(modules)) {
      if (found.has(name)) continue;
      const plugin = describePlugin(path.join(modules, name, 'package.json'));
      if (plugin) found.set(name, plugin);
    }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

// --- helpers ---

function modulesFolders(folder: string): string[] {
  const up = path.dirname(folder);
  return [path.join(folder, 'node_modules'), ...(up === folder ? [] : modulesFolders(up))].filter((modules) => existsSync(modules));
}

const packageNames = (modules: string): string[] =>
  readdirSync(modules).flatMap((name) => {
    if (name.startsWith('.')) return [];
    return name.startsWith('@') ? readdirSync(path.join(modules, name)).map((inner) => `${name}/${inner}`) : [name];
  });

/** Undefined for what isn't a package, or not one with the keyword. */
function describePlugin(file: string): InstalledPlugin | undefined {
  try {
    const { name, version, description, keywords } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    if (!Array.isArray(keywords) || !keywords.includes(PLUGIN_KEYWORD)) return undefined;
    return { name: String(name), version: String(version), ...(description ? { description: String(description) } : {}) };
  } catch {
    return undefined;
  }
}
