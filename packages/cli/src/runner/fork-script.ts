import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A process that runs a script of this package, named without its extension; its standard error is a pipe. */
export const forkScript = (script: URL): ChildProcess =>
  fork(fileURLToPath(script) + EXTENSION, { execArgv: [...process.execArgv, ...TYPESCRIPT], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });

// --- helpers ---

const self = fileURLToPath(import.meta.url);
const EXTENSION = path.extname(self);

/** Not the name of a folder in which tsx is a part, as that of a package whose peer it is. */
const LOADER = /(^|[/\\])tsx([/\\]|$)/;

/** Run from source, a child needs the same TypeScript loader; run from a package, nothing. */
const TYPESCRIPT =
  EXTENSION === '.ts' && !process.execArgv.some((argument) => LOADER.test(argument))
    ? ['--import', pathToFileURL(createRequire(self).resolve('tsx')).href]
    : [];
