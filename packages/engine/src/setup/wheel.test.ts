import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from './run-command.ts';
import { fetchLibrary, libraryFolder, type Wheel, wheelFor } from './wheel.ts';

const CONTENT = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2', 'include/tensorflow/c/c_api.h', 'python/large.py'];
const realPath = process.env.PATH;
const hasPython = (await runCommand('python3', ['-m', 'pip', '--version'])).ok;

let folder: string;
let cache: string;
let wheel: Wheel;

/** A wheel of four tiny files, and a `python3` whose pip "downloads" it; all else goes to the real Python. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'espalier-wheel-'));
  cache = join(folder, 'cache');
  for (const name of CONTENT) {
    const file = join(folder, 'tensorflow', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, name);
  }
  const file = join(folder, 'tiny.whl');
  await runCommand('python3', ['-m', 'zipfile', '-c', file, join(folder, 'tensorflow')]);
  fakePython(`for last; do dest=$previous; previous=$last; done; cp ${file} "$dest/tiny.whl"`);
  const sha256 = existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : '';
  wheel = { name: 'tiny', version: '1.0.0', platform: 'any', sha256, megabytes: 1 };
});
afterEach(() => {
  process.env.PATH = realPath;
  rmSync(folder, { recursive: true });
});

function fakePython(download: string): void {
  const script = `#!/bin/sh\nif [ "$2" != pip ]; then PATH='${realPath}' exec python3 "$@"; fi\n[ "$3" = --version ] || { ${download}; }\n`;
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'bin', 'python3'), script);
  chmodSync(join(folder, 'bin', 'python3'), 0o755);
  process.env.PATH = `${join(folder, 'bin')}:${realPath}`;
}

const code = (value: string) => expect.objectContaining({ code: value });
const fetch = () => fetchLibrary(cache, wheel, () => {});

describe.skipIf(!hasPython || process.platform === 'win32')('fetchLibrary, which needs python3 with pip', () => {
  it('keeps the two libraries, the headers and the links, and nothing else', async () => {
    const target = await fetch();
    expect(target).toBe(libraryFolder(cache, wheel));
    expect(readdirSync(cache)).toEqual(['tiny-1.0.0']);
    expect(readdirSync(target).sort()).toEqual(['include', 'lib']);
    expect(readFileSync(join(target, 'include', 'tensorflow', 'c', 'c_api.h'), 'utf8')).toBe('include/tensorflow/c/c_api.h');
    expect(readlinkSync(join(target, 'lib', 'libtensorflow.so'))).toBe('libtensorflow_cc.so.2');
    expect(readFileSync(join(target, 'lib', 'libtensorflow_framework.so'), 'utf8')).toBe('libtensorflow_framework.so.2');
  });

  it('downloads once', async () => {
    await fetch();
    fakePython('exit 1');
    expect(await fetch()).toBe(libraryFolder(cache, wheel));
  });

  it('works in two processes at once', async () => {
    expect(await Promise.all([fetch(), fetch(), fetch()])).toEqual(Array(3).fill(libraryFolder(cache, wheel)));
    expect(readdirSync(cache)).toEqual(['tiny-1.0.0']);
  });

  it('replaces a damaged folder', async () => {
    mkdirSync(join(libraryFolder(cache, wheel), 'lib'), { recursive: true });
    const target = await fetch();
    expect(readdirSync(join(target, 'lib'))).toContain('libtensorflow_cc.so.2');
  });

  it('refuses a wheel with another hash and leaves nothing behind', async () => {
    wheel.sha256 = '0'.repeat(64);
    await expect(fetch()).rejects.toThrow(code('E_LIBRARY_HASH'));
    expect(readdirSync(cache)).toEqual([]);
  });

  it('reports a failed download and leaves nothing behind', async () => {
    fakePython('echo "ERROR: No matching distribution"; exit 1');
    await expect(fetch()).rejects.toThrow(code('E_LIBRARY_DOWNLOAD'));
    await expect(fetch()).rejects.toThrow('No matching distribution');
    expect(readdirSync(cache)).toEqual([]);
  });

  it('removes what a killed process left, but not what a running one makes', async () => {
    for (const name of ['unfinished-old', 'unfinished-new']) mkdirSync(join(cache, name), { recursive: true });
    const longAgo = new Date(Date.now() - 7_200_000);
    utimesSync(join(cache, 'unfinished-old'), longAgo, longAgo);
    await fetch();
    expect(readdirSync(cache).sort()).toEqual(['tiny-1.0.0', 'unfinished-new']);
  });

  it('says so if there is no Python', async () => {
    process.env.PATH = cache;
    await expect(fetch()).rejects.toThrow(code('E_TOOL_MISSING'));
  });
});

describe('wheelFor', () => {
  it('knows x64 and arm64 Linux', () => {
    expect(wheelFor('linux-x64').name).toBe('tensorflow-cpu');
    expect(wheelFor('linux-arm64').name).toBe('tensorflow-cpu-aws');
    expect(() => wheelFor('win32-x64')).toThrow(code('E_PLATFORM'));
  });
});
