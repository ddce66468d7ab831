import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect } from 'vitest';

/** What a process printed and how it ended. */
export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that is under way. */
export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Outcome>;
}

/** A user's folder: outside of the workspace, with Espalier's packages, its command and zod installed. */
export interface Project {
  readonly folder: string;
  write(file: string, content: string | object): void;
  read(file: string): string;
  exists(file: string): boolean;
  /** Every file and folder that isn't installed, sorted. */
  list(): string[];
  /** Runs the command from source. */
  espalier(...args: readonly string[]): Promise<Outcome>;
  /** The same in a process group of its own, to be killed. */
  start(...args: readonly string[]): Running;
  remove(): void;
}

export const WORKSPACE = fileURLToPath(new URL('../..', import.meta.url));
/** `node --import` takes it from any folder. */
export const TSX = import.meta.resolve('tsx');
const FROM_SOURCE = ['--import', TSX, path.join(WORKSPACE, 'packages/cli/src/bin.ts')];

/** `files`: contents by path; what isn't a string is written as JSON. */
export function createProject(files: Readonly<Record<string, string | object>> = {}): Project {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'espalier-')));
  const at = (file: string) => path.join(folder, file);
  const write: Project['write'] = (file, content) => {
    mkdirSync(path.dirname(at(file)), { recursive: true });
    writeFileSync(at(file), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  };
  install(folder);
  for (const [file, content] of Object.entries({ 'package.json': { private: true, type: 'module' }, ...files })) write(file, content);

  return {
    folder,
    write,
    read: (file) => readFileSync(at(file), 'utf8'),
    exists: (file) => existsSync(at(file)),
    list: () => (readdirSync(folder, { recursive: true }) as string[]).filter((file) => file.split(path.sep)[0] !== 'node_modules').sort(),
    espalier: (...args) => run(process.execPath, [...FROM_SOURCE, ...args], { cwd: folder }).ended,
    start: (...args) => run(process.execPath, [...FROM_SOURCE, ...args], { cwd: folder, detached: true }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Makes projects that are removed after the tests of the file. */
export function temporaryProjects(): typeof createProject {
  const made: Project[] = [];
  afterAll(() => {
    for (const project of made) project.remove();
  });
  return (files) => {
    const project = createProject(files);
    made.push(project);
    return project;
  };
}

/** Starts a program whose output nobody watches. Colours off. */
export function run(
  program: string,
  args: readonly string[],
  { env: more, ...options }: { cwd: string; detached?: boolean; env?: Readonly<Record<string, string>> },
): Running {
  const { FORCE_COLOR: _, ...env } = process.env;
  const child = spawn(program, args, { ...options, env: { ...env, ...more, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (output.stderr += text));
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...output }));
  });
  return { process: child, ended };
}

/** What a process printed, if it ended well; else the test fails with it. */
export async function succeeds(ending: Promise<Outcome>): Promise<Outcome> {
  const outcome = await ending;
  expect(outcome.code, outcome.stderr || outcome.stdout).toBe(0);
  return outcome;
}

// --- helpers ---

/** Links, as a package manager makes them. */
function install(folder: string): void {
  const core = createRequire(path.join(WORKSPACE, 'packages/core/package.json'));
  const packages = {
    espalier: path.join(WORKSPACE, 'packages/cli'),
    zod: path.dirname(core.resolve('zod/package.json')),
    '@types/node': path.join(WORKSPACE, 'node_modules/@types/node'),
    ...Object.fromEntries(
      ['core', 'engine', 'str', 'baselines', 'zoo', 'reports'].map((name) => [`@espalier/${name}`, path.join(WORKSPACE, 'packages', name)]),
    ),
  };
  for (const [name, target] of Object.entries(packages)) {
    const link = path.join(folder, 'node_modules', name);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(target, link);
  }
  const bin = path.join(folder, 'node_modules/.bin/espalier');
  mkdirSync(path.dirname(bin));
  writeFileSync(bin, `#!/bin/sh\nexec ${[process.execPath, ...FROM_SOURCE].map((word) => `'${word}'`).join(' ')} "$@"\n`, { mode: 0o755 });
}
