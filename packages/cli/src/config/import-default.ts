import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** The default export of a JavaScript or TypeScript file of the user's, whatever the "type" of the package around it. */
export async function importDefault(file: string): Promise<unknown> {
  if (/\.[cm]?ts$/.test(file)) await registerTypeScript();
  const { default: exported } = (await import(pathToFileURL(path.resolve(file)).href)) as { default?: unknown };
  const isInterop = typeof exported === 'object' && exported !== null && '__esModule' in exported && 'default' in exported;
  return isInterop ? exported.default : exported;
}

// --- helpers ---

let registered = process.execArgv.some((argument) => argument.includes('tsx'));

/** Both kinds of modules: a TypeScript file is CommonJS where the nearest package.json doesn't say otherwise. */
async function registerTypeScript(): Promise<void> {
  if (registered) return;
  registered = true;
  (await import('tsx/cjs/api')).register();
  (await import('tsx/esm/api')).register();
}
