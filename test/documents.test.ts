import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../packages/cli/src/program.ts';
import { espalierCommands, fileOf, pnpmScripts, readDocuments } from './support/documents.ts';
import { createProject, type Project, run, TSX, WORKSPACE } from './support/project.ts';

/** What README.md and docs/ show works: the code as it stands there, in a user's folder. */

const documents = readDocuments().map(({ name, blocks }) => ({
  name,
  /** Of the user's project. */
  folder: name.replace(/\W+/g, '-'),
  code: blocks.filter(({ language }) => language === 'ts').map((block) => ({ ...block, file: fileOf(block) })),
  shell: blocks.filter(({ language }) => language === 'sh'),
}));
const withCode = documents.filter(({ code }) => code.length);
const withShell = documents.filter(({ shell }) => shell.length);

const RUN_ALL = 'for (const file of process.argv.slice(2)) await import(file);';
const COMPILER_OPTIONS = {
  module: 'nodenext',
  target: 'es2023',
  lib: ['es2023'],
  types: ['node'],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
};

let project: Project;
beforeAll(() => {
  const files = withCode.flatMap(({ folder, code }) => code.map((block) => [`${folder}/${block.file}`, block.code]));
  project = createProject({
    ...Object.fromEntries(files),
    'run-all.js': RUN_ALL,
    'tsconfig.json': { compilerOptions: COMPILER_OPTIONS, include: withCode.map(({ folder }) => folder) },
  });
});
afterAll(() => project.remove());

describe('the code of the documents', () => {
  it('has the types it should', async () => {
    const compiler = path.join(WORKSPACE, 'node_modules/typescript/bin/tsc');
    const { code, stdout } = await run(process.execPath, [compiler, '--project', 'tsconfig.json'], { cwd: project.folder }).ended;
    expect([code, stdout]).toEqual([0, '']);
  });

  it.each(withCode)('runs from top to bottom: $name', async ({ folder, code }) => {
    const files = code.filter(({ marks }) => !marks.includes('no-run')).map(({ file }) => path.join(project.folder, folder, file));
    const args = ['--import', TSX, path.join(project.folder, 'run-all.js'), ...files];
    const outcome = await run(process.execPath, args, { cwd: path.join(project.folder, folder) }).ended;
    expect(outcome.code, outcome.stderr).toBe(0);
  });
});

describe('the commands of the documents', () => {
  it.each(withShell)('exist, with these flags: $name', async ({ shell }) => {
    for (const args of shell.flatMap(({ code }) => espalierCommands(code))) {
      const { program } = createProgram();
      const done: string[] = [];
      for (const command of program.commands) command.action(() => void done.push(command.name()));
      await program.parseAsync(args, { from: 'user' });
      expect(done).toEqual(args.slice(0, 1));
    }
    const { scripts } = JSON.parse(readFileSync(path.join(WORKSPACE, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    for (const script of shell.flatMap(({ code }) => pnpmScripts(code))) expect(['install', ...Object.keys(scripts)]).toContain(script);
  });
});
