import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Imports a JavaScript or TypeScript file of the user's, on every Node.js that we support. */
export async function importModule(file: string): Promise<Record<string, unknown>> {
  if (/\.[cm]?tsx?$/.test(file)) await registerTypeScript();
  return (await import(pathToFileURL(path.resolve(file)).href)) as Record<string, unknown>;
}

/** Must be on before a TypeScript file is imported; costs nothing when none is. */
async function registerTypeScript(): Promise<void> {
  const { register } = await import('tsx/esm/api');
  registered ??= register();
}

let registered: (() => Promise<void>) | undefined;
