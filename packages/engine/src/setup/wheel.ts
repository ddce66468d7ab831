import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { libraryDownloadFailed, libraryHashMismatch, libraryUnpackFailed, platformUnsupported, toolMissing } from '../errors.ts';
import { runCommand } from './run-command.ts';

/** A Python wheel that holds the TensorFlow library with its C interface. */
export interface Wheel {
  name: string;
  version: string;
  /** pip's word for the platform. */
  platform: string;
  sha256: string;
  megabytes: number;
}

/** By Node's `platform-arch`. */
export const WHEELS: Readonly<Record<string, Wheel>> = {
  'linux-x64': {
    name: 'tensorflow-cpu',
    version: '2.15.1',
    platform: 'manylinux2014_x86_64',
    sha256: '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26',
    megabytes: 207,
  },
  'linux-arm64': {
    name: 'tensorflow-cpu-aws',
    version: '2.15.1',
    platform: 'manylinux2014_aarch64',
    sha256: 'd4c3a3a9363bf42999adedbbd514e3a133be2d62f61fee9cfa46aaefb087c09e',
    megabytes: 212,
  },
};

export function wheelFor(platform = `${process.platform}-${process.arch}`): Wheel {
  const wheel = WHEELS[platform];
  if (!wheel) throw platformUnsupported(platform, Object.keys(WHEELS));
  return wheel;
}

export const libraryFolder = (cache: string, wheel: Wheel): string => join(cache, `${wheel.name}-${wheel.version}`);
export const libraryFile = (folder: string): string => join(folder, 'lib', 'libtensorflow_cc.so.2');

/**
 * Puts the library and its C headers into the cache and returns their folder. The folder appears complete or not at all: everything is
 * made in a temporary folder beside it, and of two processes at once one wins.
 */
export async function fetchLibrary(cache: string, wheel: Wheel, log: (line: string) => void): Promise<string> {
  const folder = libraryFolder(cache, wheel);
  if (existsSync(libraryFile(folder))) return folder;
  const python = await findPython();
  await mkdir(cache, { recursive: true });
  await sweep(cache);
  const work = await mkdtemp(join(cache, UNFINISHED));
  try {
    log(`Preparing the TensorFlow library (${wheel.megabytes} MB download, once per user) ...`);
    const file = await download(python, wheel, work);
    await checkHash(file, wheel.sha256);
    await unpack(python, file, join(work, 'unpacked'));
    await putInPlace(join(work, 'unpacked'), folder);
    return folder;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

export async function checkHash(file: string, expected: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const actual = hash.digest('hex');
  if (actual !== expected) throw libraryHashMismatch(file, expected, actual);
}

// --- helpers ---

const UNFINISHED = 'unfinished-';
const MINUTE = 60_000;

/** Removes what processes left that were killed in the middle. */
async function sweep(cache: string): Promise<void> {
  for (const name of (await readdir(cache)).filter((entry) => entry.startsWith(UNFINISHED))) {
    const age = Date.now() - (await stat(join(cache, name)).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    if (age > 60 * MINUTE) await rm(join(cache, name), { recursive: true, force: true });
  }
}

async function putInPlace(unpacked: string, folder: string): Promise<void> {
  try {
    await rename(unpacked, folder);
  } catch {
    if (existsSync(libraryFile(folder))) return; // another process was faster
    await rm(folder, { recursive: true, force: true });
    await rename(unpacked, folder);
  }
}

async function findPython(): Promise<string> {
  for (const python of ['python3', 'python']) {
    if ((await runCommand(python, ['-m', 'pip', '--version'])).ok) return python;
  }
  throw toolMissing('Python 3 with pip', 'download the TensorFlow library');
}

async function download(python: string, wheel: Wheel, folder: string): Promise<string> {
  const what = `${wheel.name}==${wheel.version}`;
  const target = ['--platform', wheel.platform, '--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311'];
  const how = ['--no-deps', '--only-binary=:all:', '--no-cache-dir', '--disable-pip-version-check', '--progress-bar', 'off', '--quiet'];
  const { ok, output } = await runCommand(python, ['-m', 'pip', 'download', ...how, ...target, '--dest', folder, what], {
    timeout: 30 * MINUTE,
  });
  const file = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (!ok || !file) throw libraryDownloadFailed(what, output);
  return join(folder, file);
}

const UNPACK = `
import sys, zipfile
wheel, target = sys.argv[1:]
wanted = ('tensorflow/libtensorflow', 'tensorflow/include/tensorflow/c/', 'tensorflow/include/tensorflow/core/platform/ctstring',
          'tensorflow/include/tsl/c/', 'tensorflow/include/tsl/platform/ctstring')
with zipfile.ZipFile(wheel) as archive:
    archive.extractall(target, [name for name in archive.namelist() if name.startswith(wanted)])
`;

async function unpack(python: string, wheel: string, target: string): Promise<void> {
  const { ok, output } = await runCommand(python, ['-c', UNPACK, wheel, join(target, 'wheel')]);
  if (!ok) throw libraryUnpackFailed(wheel, output);
  await mkdir(join(target, 'lib'));
  for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
    await rename(join(target, 'wheel', 'tensorflow', name), join(target, 'lib', name));
  }
  await rename(join(target, 'wheel', 'tensorflow', 'include'), join(target, 'include'));
  await rm(join(target, 'wheel'), { recursive: true });
  await symlink('libtensorflow_cc.so.2', join(target, 'lib', 'libtensorflow.so'));
  await symlink('libtensorflow_framework.so.2', join(target, 'lib', 'libtensorflow_framework.so'));
}
