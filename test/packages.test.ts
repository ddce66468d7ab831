import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDocument, TUTORIAL } from './support/documents.ts';
import { packedPackages } from './support/packed.ts';
import { run, succeeds, WORKSPACE } from './support/project.ts';
import { nodeOf, publintComplaints, typeComplaints } from './support/published.ts';
import { follow } from './support/session.ts';

/** The packages as users get them: packed, installed by npm into an empty folder, run without a TypeScript loader around. */

const PACKAGES = [
  '@espalier/baselines',
  '@espalier/core',
  '@espalier/engine',
  '@espalier/reports',
  '@espalier/str',
  '@espalier/zoo',
  'create-espalier',
  'espalier',
];

let folder: string;
let tarballs: readonly string[];
const at = (...parts: readonly string[]) => path.join(folder, ...parts);
const manifest = (name: string) =>
  JSON.parse(readFileSync(at('node_modules', name, 'package.json'), 'utf8')) as {
    version: string;
    dependencies?: Record<string, string>;
    optionalDependencies?: Record<string, string>;
  };
const filesOf = (name: string) =>
  (
    readdirSync(at('node_modules', name), { recursive: true, withFileTypes: true }) as {
      name: string;
      parentPath: string;
      isFile(): boolean;
    }[]
  )
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(at('node_modules', name), path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith('node_modules'));

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'espalier-packages-'));
  tarballs = await packedPackages();
  writeFileSync(at('package.json'), JSON.stringify({ private: true }));
  await succeeds(run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...tarballs], { cwd: folder }).ended);
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }), 600_000);

describe.each(PACKAGES)('%s', (name) => {
  it('holds what runs, its types and its licence, and nothing else', () => {
    const files = filesOf(name);
    expect(files).toContain('LICENSE');
    const surplus = files.filter(
      (file) =>
        !/^(LICENSE|README\.md|package\.json|dist\/.+\.(js|d\.ts)|native\/.+\.(cc|h)|templates\/.+)$/.test(file) ||
        (/\.test\.|fixture|test-helper|support\//.test(file) && !file.startsWith('templates/')),
    );
    expect(surplus).toEqual([]);
  });

  it('depends on everything that it imports, by version', () => {
    const { dependencies = {}, optionalDependencies = {} } = manifest(name);
    const declared = { ...dependencies, ...optionalDependencies };
    expect(Object.values(declared).filter((range) => /workspace:|catalog:/.test(range))).toEqual([]);
    const code = filesOf(name).filter((file) => file.endsWith('.js') || file.endsWith('.d.ts'));
    const imported = new Set(code.flatMap((file) => packagesImported(readFileSync(at('node_modules', name, file), 'utf8'))));
    expect([...imported].filter((one) => one !== name && !(one in declared))).toEqual([]);
  });
});

describe.each(PACKAGES)('the packed %s', (name) => {
  const file = () => `${name.replace('@', '').replace('/', '-')}-${manifest(name).version}.tgz`;
  const tarball = () => tarballs.find((one) => path.basename(one) === file()) as string;

  it('is to the liking of publint', async () => {
    expect(await publintComplaints(tarball())).toEqual([]);
  });

  // create-espalier is a command: there is nothing to import.
  it.skipIf(name === 'create-espalier')('has types that are found wherever its modules are', async () => {
    expect(await typeComplaints(tarball())).toBe('');
  });
});

describe('the installed command', () => {
  const espalier = (...args: readonly string[]) => run(at('node_modules/.bin/espalier'), args, { cwd: folder }).ended;

  it('says its version and how it is used', async () => {
    expect((await succeeds(espalier('--version'))).stdout.trim()).toBe(manifest('espalier').version);
    const { stdout } = await succeeds(espalier('--help'));
    for (const command of ['compare', 'report', 'plugins', 'doctor']) expect(stdout).toContain(command);
  });

  it("compares a third party's pruner in TypeScript with the built-in ones", async () => {
    writeFileSync(at('my-pruner.ts'), readFileSync(new URL('./support/my-pruner.ts', import.meta.url)));
    writeFileSync(
      at('espalier.config.ts'),
      `import { defineConfig } from 'espalier';

      export default defineConfig({
        plugins: ['./my-pruner.ts'],
        model: 'lenet-300-100',
        data: { use: 'mnist', trainExamples: 200, testExamples: 100 },
        pruners: ['dense', 'str', 'random-mask'],
        training: { epochs: 1, batchSize: 50 },
      });`,
    );
    const { stdout } = await succeeds(espalier('compare', '--json'));
    const { runs } = JSON.parse(stdout) as { runs: { pruner: string; nonzero: number }[] };
    expect(runs.map(({ pruner, nonzero }) => [pruner, nonzero])).toEqual([
      ['dense', 266_200],
      ['str', 26_620],
      ['random-mask', 26_620],
    ]);
    expect((await succeeds(espalier('report', '--format', 'csv'))).stdout).toMatch(/^random-mask,/m);
  });

  it('starts from every package, as functions do', async () => {
    const code = `${PACKAGES.filter((name) => name !== 'create-espalier')
      .map((name) => `await import('${name}');`)
      .join('')}
      const { compare } = await import('espalier');
      if (typeof compare !== 'function') process.exit(1);`;
    await succeeds(run(process.execPath, ['--input-type=module', '--eval', code], { cwd: folder }).ended);
  });
});

describe('the tutorial', () => {
  const npm = (...args: readonly string[]) => run('npm', args, { cwd: at('in-rounds') }).ended;

  it('does what it says, from top to bottom', async () => {
    expect(await follow(readDocument(TUTORIAL).blocks, folder)).toEqual([]);
  }, 300_000);

  it('ends with a package that holds what runs, its types, and nothing else', async () => {
    const packed = await succeeds(npm('pack', '--json'));
    const [{ files = [] } = {}] = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('[\n'))) as { files?: { path: string }[] }[];
    expect(files.map((file) => file.path).sort()).toEqual(['README.md', 'dist/index.d.ts', 'dist/index.js', 'package.json']);
  });

  it('ends with a pruner whose failing test names the fault', async () => {
    const file = at('in-rounds/src/index.ts');
    const sound = readFileSync(file, 'utf8');
    writeFileSync(file, sound.replace('kernel.size - gone);', 'kernel.size - gone + 1);'));
    const { code, stdout } = await npm('test');
    writeFileSync(file, sound);
    expect(code).not.toBe(0);
    expect(stdout).toContain('leaves exactly the number of weights that it promises');
    expect(stdout).toMatch(/Expected \d+ of \d+ weights left at sparsity 0\.9; came \d+\./);
  });
});

describe('the installed types', () => {
  it('hold for a pruner, a configuration and a script', async () => {
    writeFileSync(
      at('script.ts'),
      `import { compare, defineConfig } from 'espalier';
      import { gmp } from '@espalier/baselines';
      import { erk } from '@espalier/core';
      import { readResults } from '@espalier/core/results';
      import { comparisonTable, renderMarkdown } from '@espalier/reports';
      import { str } from '@espalier/str';
      import plugin from './my-pruner.js';

      const config = defineConfig({ plugins: [plugin], pruners: [str({ sparsity: 0.95 }), gmp({ allocation: erk() }), plugin.components[0]()] });
      const { runs } = await compare(config, { onProgress: (_, { epoch }) => console.log(epoch.toFixed(1)) });
      console.log(renderMarkdown(comparisonTable([...runs, ...readResults('runs')])));
      // @ts-expect-error: a sparsity is a number.
      str({ sparsity: '95 %' });
      // @ts-expect-error: there is no such option.
      defineConfig({ pruner: 'str' });`,
    );
    writeFileSync(
      at('tsconfig.json'),
      JSON.stringify({
        compilerOptions: { module: 'nodenext', target: 'es2023', strict: true, noEmit: true, skipLibCheck: true, types: [] },
        files: ['script.ts'],
      }),
    );
    writeFileSync(at('package.json'), JSON.stringify({ ...JSON.parse(readFileSync(at('package.json'), 'utf8')), type: 'module' }));
    writeFileSync(at('my-pruner.ts'), readFileSync(new URL('./support/my-pruner.ts', import.meta.url)));
    const compiler = path.join(WORKSPACE, 'node_modules/typescript/bin/tsc');
    const { code, stdout } = await run(process.execPath, [compiler, '--project', 'tsconfig.json'], { cwd: folder }).ended;
    expect([code, stdout]).toEqual([0, '']);
  });
});

/** No TypeScript anywhere: plugin and configuration are plain modules. The native library comes as `espalier doctor` says. */
describe('a project in plain JavaScript', () => {
  const results = new Map<string, unknown>();
  beforeAll(async () => {
    const native = ['--ignore-scripts', '@tensorflow/tfjs-node@4.22.0'];
    await succeeds(run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...native], { cwd: folder }).ended);
  }, 300_000);

  describe.each([20, 22, 24])('on Node.js %i', (major) => {
    const project = () => at(`javascript-${major}`);
    let node: string;
    beforeAll(async () => {
      node = await nodeOf(major);
      cpSync(path.join(import.meta.dirname, 'support/plain-javascript'), project(), { recursive: true });
    }, 300_000);
    const espalier = (...args: readonly string[]) =>
      succeeds(run(node, [at('node_modules/espalier/dist/bin.js'), ...args], { cwd: project() }).ended);

    it('has its plugin among the components', async () => {
      const { components } = JSON.parse((await espalier('plugins', '--kind', 'pruner', '--json')).stdout) as {
        components: { name: string; options: unknown }[];
      };
      expect(components.find(({ name }) => name === 'half')?.options).toEqual([
        { name: 'from', accepts: '0 | 1', default: 0, description: 'The first weight that stays' },
      ]);
    });

    it('is told that the native engine runs there', async () => {
      const { stdout } = await espalier('doctor', '--prepare');
      expect(stdout).toMatch(/^Engine +native/m);
      expect(stdout).toMatch(new RegExp(`^Node\\.js +v${major}\\.`, 'm'));
    });

    it.each(['native', 'wasm'])(
      'compares its pruner with others on the engine %s, to the same bits as on other versions',
      async (engine) => {
        const { stdout } = await espalier('compare', '--engine', engine, '--json', '--no-report', '--runs', engine);
        const { runs } = JSON.parse(stdout) as { runs: { pruner: string; nonzero: number }[] };
        expect(runs.map(({ pruner, nonzero }) => [pruner, nonzero])).toEqual([
          ['str', 26_620],
          ['half', 133_100],
        ]);
        if (!results.has(engine)) results.set(engine, runs);
        expect(runs).toEqual(results.get(engine));
      },
    );
  });
});

// --- helpers ---

/** Names of the packages in import statements and expressions, Node's own aside. */
function packagesImported(code: string): string[] {
  const imports = /^(?:import|export)\s(?:[\w\s{},*$]*\sfrom\s)?['"]([^'".][^'"]*)['"]|\bimport\(\s*['"]([^'".][^'"]*)['"]\)/gm;
  return [...code.matchAll(imports)]
    .map(([, statement, expression]) => (statement ?? expression) as string)
    .filter((specifier) => !specifier.startsWith('node:'))
    .map((specifier) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    );
}
