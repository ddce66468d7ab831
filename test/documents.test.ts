import { cpSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { prunableOptions, trainingOptions } from '@espalier/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOptions } from '../packages/cli/src/describe-components.ts';
import { createProgram } from '../packages/cli/src/program.ts';
import { type Block, espalierCommands, fileOf, pnpmScripts, printedBy, readDocuments, shows, TUTORIAL } from './support/documents.ts';
import { createProject, type Project, run, TSX, WORKSPACE } from './support/project.ts';
import { shell } from './support/session.ts';

/**
 * What README.md, docs/ and the packages' pages show works: the code and the commands as they stand there, in a user's folder. The
 * tutorial is typed in test/packages.test.ts. Scripts of this workspace (`npx -y pnpm@12 ...`) are looked up and not run: they are what CI
 * itself runs, or take long. So is what says itself why it isn't run: ` ```sh no-run (240 runs) `.
 */

const documents = readDocuments()
  .filter(({ name }) => name !== TUTORIAL)
  .map(({ name, blocks }) => ({
    name,
    blocks,
    /** Of the user's project. */
    folder: name.replace(/\W+/g, '-'),
    code: blocks.filter(({ language }) => language === 'ts').map((block) => ({ ...block, file: fileOf(block) })),
    data: blocks.filter(({ marks }) => marks.some((mark) => /\.(csv|json)$/.test(mark))),
    shell: blocks.filter(({ language }) => language === 'sh'),
  }));
const withCode = documents.filter(({ code }) => code.length);
const withShell = documents.filter(({ shell }) => shell.length);
/** A configuration is not code to be run but what commands take. */
const CONFIG = 'espalier.config.ts';

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
/** What makes a page's commands quick. */
const SMALL = `{ data: { use: 'mnist', trainExamples: 100, testExamples: 50 }, training: { epochs: 1, batchSize: 50 }, seeds: [0] }`;

let project: Project;
beforeAll(async () => {
  const files = withCode.flatMap(({ folder, code }) => code.map((block) => [`${folder}/${block.file}`, block.code]));
  project = createProject({
    ...Object.fromEntries(files),
    'run-all.js': RUN_ALL,
    [CONFIG]: `export default ${SMALL};`,
    'tsconfig.json': { compilerOptions: COMPILER_OPTIONS, include: withCode.map(({ folder }) => folder) },
  });
  symlinkSync(path.join(WORKSPACE, 'studies'), path.join(project.folder, 'studies'));
  const { code, stderr } = await project.espalier('compare', '--pruners', 'dense,gmp', '--no-report');
  expect(code, stderr).toBe(0);
  for (const { folder } of withCode)
    cpSync(path.join(project.folder, 'runs'), path.join(project.folder, folder, 'runs'), { recursive: true });
});
afterAll(() => project.remove());

describe('the code of the documents', () => {
  it('has the types it should', async () => {
    const compiler = path.join(WORKSPACE, 'node_modules/typescript/bin/tsc');
    const { code, stdout } = await run(process.execPath, [compiler, '--project', 'tsconfig.json'], { cwd: project.folder }).ended;
    expect([code, stdout]).toEqual([0, '']);
  });

  it.each(withCode)('runs from top to bottom, and prints what it says: $name', async ({ folder, code }) => {
    const blocks = code.filter(({ notRun }) => notRun === undefined);
    const files = blocks.map(({ file }) => path.join(project.folder, folder, file));
    const args = ['--import', TSX, path.join(project.folder, 'run-all.js'), ...files];
    const outcome = await run(process.execPath, args, { cwd: path.join(project.folder, folder) }).ended;
    expect(outcome.code, outcome.stderr).toBe(0);
    const lines = outcome.stdout.split('\n');
    const missing = blocks
      .flatMap((block) => printedBy(block.code))
      .filter((text) => !lines.some((line) => (text.endsWith('...') ? line.startsWith(text.slice(0, -3)) : line === text)));
    expect(missing, outcome.stdout).toEqual([]);
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

  it.each(withShell.filter(({ shell }) => shell.some(isRun)))(
    'run in this order, and print what is shown: $name',
    async ({ folder, code, data, blocks }) => {
      const at = (file: string) => `shell/${folder}/${file}`;
      for (const block of code) project.write(at(block.file === CONFIG ? `own.${CONFIG}` : block.file), block.code);
      for (const block of data) project.write(at(fileOf(block)), block.code);
      const own = code.some(({ file }) => file === CONFIG) ? `...(await import('./own.${CONFIG}')).default, ` : '';
      project.write(at(CONFIG), `export default { ${own}...${SMALL} };`);
      const cwd = path.join(project.folder, at('.'));
      for (const shared of ['runs', 'studies']) symlinkSync(path.join(project.folder, shared), path.join(cwd, shared)); // equal runs are trained once
      let printed = '';
      for (const block of blocks) {
        if (isRun(block)) {
          const outcome = await shell(small(block.code), cwd);
          expect([outcome.code, outcome.stderr.match(/\[E_\w+\]/g)], `line ${block.line}: ${outcome.stdout}${outcome.stderr}`).toEqual([
            0,
            null,
          ]);
          printed = outcome.stdout;
        } else if (block.language === 'text') {
          expect(shows(printed, block.code), `line ${block.line} shows what is not printed:\n${printed}`).toBe(true);
        }
      }
    },
    300_000,
  );

  it('say why, where they are not run', () => {
    const silent = documents.flatMap(({ name, blocks }) =>
      blocks.filter(({ notRun }) => notRun === '').map(({ line }) => `${name}:${line}`),
    );
    expect(silent).toEqual([]);
  });
});

describe('docs/configuration.md', () => {
  const text = readFileSync(path.join(WORKSPACE, 'docs/configuration.md'), 'utf8');

  it.each([
    ['training', trainingOptions.omit({ regularizers: true })],
    ['prunable', prunableOptions],
  ] as const)('lists what %s takes', (name, schema) => {
    const rows = describeOptions(schema).map(({ name, accepts, default: byDefault, description }) =>
      [`\`${name}\``, accepts.replaceAll('|', '\\|'), `\`${JSON.stringify(byDefault)}\``, description].join(' | '),
    );
    const [head, ...body] = [`\`${name}\` | takes | default | what`, ...rows].map((row) => `| ${row} |`);
    expect(text).toContain(`\n\n${[head, '|---|---|---|---|', ...body].join('\n')}\n\n`);
  });
});

// --- helpers ---

/** Whether shell code is more than scripts of this workspace. */
function isRun({ language, code, notRun }: Block): boolean {
  return language === 'sh' && notRun === undefined && code.split('\n').some((line) => line && !/^(#|npx -y pnpm@)/.test(line));
}

/** One seed and one epoch, whatever the page asks for, and the command without npm, which takes half a second each time. */
function small(code: string): string {
  return code
    .replace(/^(npx espalier (?:compare|ablate|swap|plan)\b.*?)( +#.*)?$/gm, '$1 --seeds 0 --epochs 1')
    .replace(/^(npx espalier plan\b.*)$/gm, '$1 --no-measure')
    .replace(/^npx espalier\b/gm, `"${path.join(project.folder, 'node_modules/.bin/espalier')}"`);
}
