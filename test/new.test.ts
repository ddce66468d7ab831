import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { KINDS } from '../packages/cli/src/kinds.ts';
import { newPlugin } from '../packages/cli/src/new-plugin.ts';
import { type Project, run, TSX, temporaryProjects, WORKSPACE } from './support/project.ts';

/** `espalier new` from source; test/packages.test.ts does it with packed packages and npm, types and build included. */

const project = temporaryProjects();
const TEMPLATES = path.join(WORKSPACE, 'packages/cli/templates');

describe('espalier new', () => {
  let made: Project;
  const written: string[] = [];
  beforeAll(() => {
    made = project();
    for (const kind of KINDS) {
      const { files } = newPlugin({ kind, name: `own-${kind}`, out: path.join(made.folder, `own-${kind}`) });
      written.push(...files.map((file) => `own-${kind}/${file}`));
    }
  });

  it('makes packages of every kind that pass their contract, with node:test', async () => {
    made.write('all.test.ts', KINDS.map((kind) => `import './own-${kind}/test/contract.test.ts';`).join('\n'));
    const tester = ['--import', TSX, '--test', '--test-reporter', 'spec', 'all.test.ts'];
    const { code, stdout } = await run(process.execPath, tester, { cwd: made.folder }).ended;
    expect(code, stdout).toBe(0);
    expect(Number(stdout.match(/tests (\d+)/)?.[1])).toBeGreaterThan(10 * KINDS.length - 1);
  });

  it('makes configurations that put the component beside others', async () => {
    const source = (file: string) => JSON.stringify(path.join(WORKSPACE, 'packages/cli/src', file));
    made.write(
      'plan.ts',
      `import { loadConfig } from ${source('config/load-config.ts')};
      import { planRuns } from ${source('plan-runs.ts')};
      import { openProject } from ${source('project.ts')};

      const planned: Record<string, unknown[]> = {};
      for (const folder of process.argv.slice(2)) {
        const loaded = await loadConfig('espalier.config.ts', folder);
        const { config, registry, engine } = await openProject(loaded.config, { folder, command: '' });
        planned[folder] = planRuns(config, registry, engine).map(({ model, data, pruner, training }) => [model.spec, data.spec, pruner.spec, training]);
      }
      console.log(JSON.stringify(planned));`,
    );
    const folders = KINDS.map((kind) => path.join(made.folder, `own-${kind}`));
    const { code, stdout, stderr } = await run(process.execPath, ['--import', TSX, 'plan.ts', ...folders], { cwd: made.folder }).ended;
    expect(code, stderr).toBe(0);
    for (const [folder, runs] of Object.entries(JSON.parse(stdout) as Record<string, unknown[]>)) {
      expect(runs.length).toBeGreaterThan(2);
      expect(runs.filter((one) => JSON.stringify(one).includes(`"${path.basename(folder)}"`)).length).toBeGreaterThan(0);
    }
  });

  it('names the component everywhere, and leaves no trace of the template', () => {
    for (const file of written) expect(made.read(file), file).not.toMatch(/my-component|myComponent|my-kind/);
    expect(made.read('own-threshold-function/src/index.ts')).toContain('export const ownThresholdFunction = defineThresholdFunction({');
    const manifest = JSON.parse(made.read('own-score/package.json')) as Record<string, unknown>;
    expect(manifest).toMatchObject({ name: 'espalier-plugin-own-score', keywords: expect.arrayContaining(['espalier-plugin']) });
    expect(manifest.peerDependencies).toEqual({ '@espalier/core': expect.stringMatching(/^\^\d/) });
    expect(written).toContain('own-score/.gitignore');
  });

  it('says what it made, and what comes next', async () => {
    const { code, stdout } = await made.espalier('new', 'pruner', 'second', '--out', 'plugins/second');
    expect(code).toBe(0);
    expect(stdout).toContain('espalier-plugin-second in plugins/second:');
    expect(stdout).toMatch(/cd plugins\/second\n {2}npm install\n {2}npm test\n/);
    expect((await made.espalier('new', 'pruner', 'third', '--out', 'my plugins/third')).stdout).toContain("cd 'my plugins/third'\n");
  });

  it.each([
    ['a name that is not kebab-case', 'MyPruner', /"MyPruner" is no name.*\[E_USAGE\]/],
    ['a name with a path in it', '../up', /is no name/],
    ['the prefix of the package', 'espalier-plugin-x', /is no name/],
    ['the name of a built-in component', 'gmp', /pruner "gmp" already, from @espalier\/baselines.*\[E_USAGE\]/],
    ["a name that means something in the component's code", 'mask', /"mask" means something else.*\[E_USAGE\]/],
    ['a word of the language', 'delete', /"delete" means something else/],
  ])('refuses %s', (_, name, message) => {
    const out = path.join(made.folder, 'refused');
    expect(() => newPlugin({ kind: 'pruner', name, out })).toThrow(message);
    expect(made.exists('refused')).toBe(false);
  });

  it('takes a name that is built in for another kind', () => {
    newPlugin({ kind: 'schedule', name: 'gmp', out: path.join(made.folder, 'gmp') });
    expect(made.read('gmp/src/index.ts')).toContain('export const gmp = defineSchedule({');
  });

  it('refuses a folder that holds something, and leaves it as it is', async () => {
    const here = project({ 'mine/notes.txt': 'precious' });
    const { code, stderr } = await here.espalier('new', 'pruner', 'mine');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/holds something already.*\[E_USAGE\]/)]);
    expect(here.list()).toEqual(['mine', 'mine/notes.txt', 'package.json']);
  });

  it("asks for Espalier's packages as the folder around it does, where these are files", () => {
    const manifest = {
      private: true,
      dependencies: { espalier: 'file:packed/espalier.tgz', zod: 'file:packed/zod.tgz' },
      devDependencies: { '@espalier/core': 'file:../elsewhere/core.tgz' },
    };
    const here = project({ 'package.json': manifest });
    newPlugin({ kind: 'pruner', name: 'mine', out: path.join(here.folder, 'plugins/mine') });
    const { dependencies, devDependencies } = JSON.parse(here.read('plugins/mine/package.json')) as typeof manifest;
    expect(devDependencies).toMatchObject({
      espalier: 'file:../../packed/espalier.tgz',
      '@espalier/core': 'file:../../../elsewhere/core.tgz',
    });
    expect(dependencies.zod).toMatch(/^\^/);
  });
});

describe('the templates', () => {
  it('ask for the versions that this workspace uses', () => {
    const catalog = readFileSync(path.join(WORKSPACE, 'pnpm-workspace.yaml'), 'utf8');
    const manifest = JSON.parse(readFileSync(path.join(TEMPLATES, 'shared/manifest.json'), 'utf8')) as Record<
      string,
      Record<string, string>
    >;
    const asked = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(asked.length).toBeGreaterThan(3);
    for (const [name, range] of asked) expect(catalog).toMatch(new RegExp(`^  "?${name}"?: ${escaped(range)}$`, 'm'));
  });

  it('are there for every kind', () => {
    expect(readdirSync(TEMPLATES).sort()).toEqual([...KINDS, 'shared'].sort());
  });
});

// --- helpers ---

const escaped = (text: string): string => text.replace(/[.^~$]/g, '\\$&');
