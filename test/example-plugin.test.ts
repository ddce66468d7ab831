import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keepCount } from '@espalier/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newPlugin } from '../packages/cli/src/new-plugin.ts';
import { packedPackages } from './support/packed.ts';
import { run, succeeds, WORKSPACE } from './support/project.ts';

/** The example of a plugin with packed packages and plain npm: as its author has it, and as its users get it. */

const NAME = 'espalier-plugin-example';
const EXAMPLE = path.join(WORKSPACE, 'examples', NAME);
const NOT_SOURCE = ['node_modules', 'dist', 'runs', 'report'];

const folder = mkdtempSync(path.join(tmpdir(), 'espalier-example-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }), 600_000);
const at = (...parts: readonly string[]) => path.join(folder, ...parts);
const manifestIn = (where: string) => JSON.parse(readFileSync(path.join(where, 'package.json'), 'utf8')) as Record<string, unknown>;

describe('the example of a plugin', () => {
  it('is what "espalier new" makes, grown up', () => {
    newPlugin({ kind: 'pruner', name: 'example', out: at('new') });
    for (const file of ['tsconfig.json', '.gitignore'])
      expect(readFileSync(path.join(EXAMPLE, file), 'utf8')).toBe(readFileSync(at('new', file), 'utf8'));
    const { description: _, version: __, ...made } = manifestIn(at('new'));
    const tests = 'node --import tsx --test src/*.test.ts'; // beside what they test
    expect(manifestIn(EXAMPLE)).toMatchObject({ ...made, scripts: { ...(made.scripts as object), test: tests } });
  });
});

describe('the example, installed by its author', () => {
  const npm = (...args: readonly string[]) => run('npm', args, { cwd: at(NAME) }).ended;

  beforeAll(async () => {
    cpSync(EXAMPLE, at(NAME), { recursive: true, filter: (file) => !NOT_SOURCE.includes(path.relative(EXAMPLE, file)) });
    await succeeds(npm('install', '--prefer-offline', '--no-audit', '--no-fund', '--save-dev', ...(await packedPackages())));
  }, 600_000);

  it('has the types it should', async () => {
    await succeeds(npm('run', 'types'));
  });

  it('passes its tests', async () => {
    const { stdout } = await succeeds(npm('test'));
    expect(stdout).toContain('trains to the same bits whether its steps are compiled or run one operation at a time');
  }, 600_000);

  it('is packed with what runs and its types, and used by others: by name in a configuration, by its exports in a script', async () => {
    const { stdout: packed } = await succeeds(npm('pack', '--json'));
    const [{ files = [], filename = '' } = {}] = JSON.parse(packed.slice(packed.indexOf('[\n'))) as {
      filename?: string;
      files?: { path: string }[];
    }[];
    const built = ['exp-linear', 'index', 'rigl', 'rounded-corner'].flatMap((file) => [`dist/${file}.d.ts`, `dist/${file}.js`]);
    expect(files.map((file) => file.path).sort()).toEqual(['LICENSE', 'README.md', ...built, 'package.json']);

    // A user has the archive's files in node_modules; what they need is found above, in the author's.
    const user = at(NAME, 'user');
    const installed = path.join(user, 'node_modules', NAME);
    mkdirSync(installed, { recursive: true });
    await succeeds(run('tar', ['-xzf', at(NAME, filename), '--strip-components', '1', '-C', installed], { cwd: user }).ended);
    const write = (file: string, content: string) => writeFileSync(path.join(user, file), content);
    write('package.json', JSON.stringify({ private: true, type: 'module' }));
    write('espalier.config.ts', CONFIG);
    write('script.ts', SCRIPT);
    const espalier = (...args: readonly string[]) => run(at(NAME, 'node_modules/.bin/espalier'), args, { cwd: user }).ended;
    expect((await succeeds(espalier('plugins', '--installed'))).stdout).toMatch(new RegExp(`^${NAME} 0\\.1\\.0 +listed$`, 'm'));

    const { stdout } = await succeeds(espalier('compare', '--json', '--no-report'));
    const { runs } = JSON.parse(stdout) as { runs: { pruner: string; status: string; nonzero: number; layers: { nonzero: number }[] }[] };
    const promised = keepCount(266_200, 0.98);
    expect(runs.map(({ status, nonzero }) => [status, nonzero])).toEqual(Array(5).fill(['finished', promised]));
    // 784·300, 300·100 and 100·10 weights. Uniform: a fiftieth of each. ERK: in proportion to inputs + outputs.
    const rigl = runs.filter(({ pruner }) => pruner.startsWith('rigl')).map(({ layers }) => layers.map(({ nonzero }) => nonzero));
    expect(rigl).toEqual([
      [4704, 600, 20],
      [3621, 1336, 367],
    ]);
    expect((await succeeds(espalier('report', '--format', 'csv'))).stdout).toMatch(/^"?rigl/m);

    const compiler = at(NAME, 'node_modules/typescript/bin/tsc');
    const strict = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
    const { code, stdout: problems } = await run(process.execPath, [compiler, ...strict, 'script.ts'], { cwd: user }).ended;
    expect([code, problems]).toEqual([0, '']);
  }, 600_000);
});

// --- helpers ---

const CONFIG = `import { defineConfig } from 'espalier';

export default defineConfig({
  plugins: ['${NAME}'],
  model: 'lenet-300-100',
  data: { use: 'mnist', trainExamples: 200, testExamples: 100 },
  pruners: [
    'gmp',
    { use: 'rigl', every: 3 },
    { use: 'rigl', every: 3, allocation: 'erk' },
    { use: 'str', g: 'exp-linear' },
    { use: 'str', estimator: 'rounded-corner' },
  ],
  sparsity: 0.98,
  training: { epochs: 1, batchSize: 20 },
});
`;

const SCRIPT = `import { defineConfig } from 'espalier';
import plugin, { expLinear, type RigLState, rigl, roundedCorner } from '${NAME}';

export default defineConfig({ plugins: [plugin], pruners: [rigl({ sparsity: 0.95, every: 20 })] });
export const places = ({ places }: RigLState): number => places;
// @ts-expect-error: a number of steps.
rigl({ every: 'often' });
// @ts-expect-error: there is no such option.
expLinear({ c: 1 });
// @ts-expect-error: there is no such option.
roundedCorner({ k: 1 });
`;
