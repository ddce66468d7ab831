import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** The default export of a JavaScript or TypeScript file of the user's, whatever the "type" of the package around it. */
export async function importDefault(file: string): Promise<unknown> {
  return (await importModule(file)).default;
}

/** The same, with the names of all other exports. */
export async function importModule(file: string): Promise<{ readonly default: unknown; readonly names: readonly string[] }> {
  if (/\.[cm]?ts$/.test(file)) await registerTypeScript();
  const { default: exported, ...named } = (await import(pathToFileURL(path.resolve(file)).href)) as { default?: unknown };
  const isInterop = typeof exported === 'object' && exported !== null && '__esModule' in exported;
  if (!isInterop) return { default: exported, names: Object.keys(named).sort() };
  const { default: inner, ...others } = exported as { default?: unknown };
  return { default: inner, names: Object.keys(others).sort() };
}

// --- helpers ---

let registered = process.execArgv.some((argument) => argument.includes('tsx'));

/** Both kinds of modules: a TypeScript file is CommonJS where the nearest package.json doesn't say otherwise. */
async function registerTypeScript(): Promise<void> {
  await shareCore();
  if (registered) return;
  registered = true;
  (await import('tsx/cjs/api')).register();
  (await import('tsx/esm/api')).register();
}

/** Gives CommonJS files the copy of core that runs; tsx would compile another one for them. */
async function shareCore(): Promise<void> {
  const { cache, resolve } = createRequire(import.meta.url);
  const file = resolve('@espalier/core');
  cache[file] ??= { id: file, filename: file, loaded: true, exports: await import('@espalier/core') } as NodeJS.Module;
}
