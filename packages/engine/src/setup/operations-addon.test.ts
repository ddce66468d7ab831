import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTfjsNode, installedLibrary } from './find-tfjs-node.ts';
import { findOperations, operationsAddon, prepareOperations, takesOperations } from './operations-addon.ts';
import { libraryFile } from './wheel.ts';

const fetched = dirname(dirname(installedLibrary(findTfjsNode()?.root ?? '') ?? ''));
const realCompiler = process.env.CXX;

let folder: string;
let lines: string[];
const log = (line: string) => void lines.push(line);

/** A compiler that appends its arguments to a file and does nothing else but what `then` says. */
function recordingCompiler(then: string): string {
  process.env.CXX = join(folder, 'compiler');
  writeFileSync(process.env.CXX, `#!/bin/sh\n[ "$1" = --version ] && exit\necho "$@" >> ${join(folder, 'calls')}\n${then}\n`);
  chmodSync(process.env.CXX, 0o755);
  return join(folder, 'calls');
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'espalier-operations-'));
  mkdirSync(join(folder, 'lib'));
  writeFileSync(libraryFile(folder), '');
  lines = [];
});
afterEach(() => {
  if (realCompiler === undefined) delete process.env.CXX;
  else process.env.CXX = realCompiler;
  rmSync(folder, { recursive: true });
});

describe('prepareOperations', () => {
  it('compiles once for the library that was fetched', async () => {
    rmSync(join(folder, 'lib'), { recursive: true });
    for (const part of ['lib', 'include']) symlinkSync(join(fetched, part), join(folder, part));
    expect(findOperations(libraryFile(folder))).toBeUndefined();
    await prepareOperations(libraryFile(folder), log);
    expect(findOperations(libraryFile(folder))).toBe(operationsAddon(folder));
    expect(lines).toEqual(['Compiling the native operations ...']);
    process.env.CXX = join(folder, 'no-compiler');
    await prepareOperations(libraryFile(folder), log);
    expect(lines).toHaveLength(1);
  });

  it('lets no product be fused into a sum', async () => {
    const calls = recordingCompiler('exit 1');
    await prepareOperations(libraryFile(folder), log);
    expect(existsSync(calls)).toBe(true);
    expect(readFileSync(calls, 'utf8')).toContain('-fno-fast-math -ffp-contract=off');
  });

  it.each([
    ['there is no compiler', () => (process.env.CXX = 'no-such-compiler'), 'no-such-compiler'],
    ['the compiler fails', () => recordingCompiler('echo "error: no such header"; exit 1'), 'no such header'],
    [
      'what it makes does not load',
      () => recordingCompiler('while [ "$1" != -o ]; do shift; done; echo nothing > "$2"'),
      "can't be loaded",
    ],
  ])('says in one line that %s, and leaves nothing behind', async (_, spoil, reason) => {
    spoil();
    await prepareOperations(libraryFile(folder), log);
    expect(lines.at(-1)).toContain('Training will be slower');
    expect(lines.at(-1)).toContain(reason);
    expect(readdirSync(folder).filter((name) => name.endsWith('.node'))).toEqual([]);
  });

  it('leaves a library alone that the package itself downloaded', async () => {
    const own = join(folder, 'lib', 'libtensorflow.so.2.9.1');
    writeFileSync(own, '');
    const calls = recordingCompiler('exit 1');
    await prepareOperations(own, log);
    expect([takesOperations(own), existsSync(calls), lines]).toEqual([false, false, []]);
  });

  it('builds anew, when asked to verify, what is there but does not load', async () => {
    writeFileSync(operationsAddon(folder), 'nothing');
    const calls = recordingCompiler('exit 1');
    await prepareOperations(libraryFile(folder), log);
    expect(existsSync(calls)).toBe(false);
    await prepareOperations(libraryFile(folder), log, true);
    expect(existsSync(calls)).toBe(true);
  });
});
