import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  definePruner,
  defineRegularizer,
  type FinishedResult,
  keepCount,
  loadModel,
  type RunResult,
  readFloats,
  sparsityOption,
  tf,
  topK,
} from '@espalier/core';
import { startEngine } from '@espalier/engine';
import { type Comparison, compare } from 'espalier';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Outcome, type Project, temporaryProjects } from './support/project.ts';
import { untilLogged } from './support/until-logged.ts';

/** The command from end to end, in folders as users have them. Data and networks are small, but real. */

const SMALL = {
  model: 'lenet-300-100',
  data: { use: 'mnist', trainExamples: 2000, testExamples: 500 },
  training: { epochs: 2, batchSize: 50 },
};
/** A run that takes no time. */
const TINY = { ...SMALL, data: { use: 'mnist', trainExamples: 100, testExamples: 50 }, training: { epochs: 1, batchSize: 50 } };

const project = temporaryProjects();

const runsOf = ({ stdout }: Outcome) => (JSON.parse(stdout) as { runs: RunResult[] }).runs;
const finished = (outcome: Outcome) =>
  runsOf(outcome).map((run) => {
    if (run.status === 'failed') throw new Error(run.failure.message);
    return run;
  });
/** Labels of the runs that were started, as progress lines tell. */
const started = ({ stderr }: Outcome) => lines(stderr).flatMap((line) => line.match(/^(.+) seed \d+: started$/)?.[1] ?? []);
const epochs = ({ stderr }: Outcome) => lines(stderr).flatMap((line) => line.match(/: epoch (\d+) of /)?.[1] ?? []);
const lines = (text: string) => text.split('\n').filter(Boolean);

describe('compare', () => {
  let folder: Project;
  let first: Outcome;
  let runs: FinishedResult[];

  beforeAll(async () => {
    await startEngine({ threads: 1 }); // reads the saved models
    folder = project({ 'espalier.config.json': SMALL });
    first = await folder.espalier('compare', '--json');
    runs = finished(first);
  });

  it('prints nothing but JSON, with every run and every layer of it', () => {
    expect(first.code).toBe(0);
    expect(runs.map(({ pruner, requested }) => [pruner, requested])).toEqual([
      ['dense', null],
      ['str', 0.9],
      ['dnw', 0.9],
      ['gmp', 0.9],
      ['global-magnitude', 0.9],
    ]);
    for (const run of runs) {
      expect(run).toMatchObject({
        id: expect.stringMatching(/^[0-9a-f]{12}$/),
        seed: 0,
        sparsity: expect.any(Number),
        accuracy: expect.any(Number),
        multiplyAdds: run.layers.reduce((sum, layer) => sum + layer.multiplyAdds, 0),
      });
      expect(run.accuracy).toBeGreaterThan(0.5);
      expect(run.layers.map(({ name, shape, size }) => ({ name, shape, size }))).toEqual([
        { name: 'fc1', shape: [784, 300], size: 235_200 },
        { name: 'fc2', shape: [300, 100], size: 30_000 },
        { name: 'fc3', shape: [100, 10], size: 1000 },
      ]);
      for (const { nonzero, size, sparsity, multiplyAdds } of run.layers) {
        expect(sparsity).toBeCloseTo(1 - nonzero / size, 12);
        expect(multiplyAdds).toBe(nonzero);
      }
    }
    const [, str] = runs;
    expect(str?.layers.every(({ threshold }) => threshold !== undefined && threshold > 0)).toBe(true);
  });

  it('keeps exactly the requested number of weights with every pruner, in the saved model too', async () => {
    for (const { id, pruner, nonzero } of runs) {
      expect([pruner, nonzero]).toEqual([pruner, pruner === 'dense' ? 266_200 : 26_620]);
      const model = await loadModel(path.join(folder.folder, 'runs', id, 'model/model.json'));
      const kernels = model.weights.filter((weight) => weight.originalName.includes('kernel'));
      const kept = kernels.flatMap((weight) => [...weight.read().dataSync()]).filter((w) => w !== 0).length;
      expect([pruner, kept]).toEqual([pruner, nonzero]);
      model.dispose();
    }
  });

  it('writes tables, figures with their data, and one page', () => {
    const { report } = JSON.parse(first.stdout) as { report: { index: string; files: string[] } };
    expect(report.files.filter((file) => !existsSync(file))).toEqual([]);
    const names = report.files.map((file) => path.relative(path.join(folder.folder, 'report'), file));
    expect(names).toEqual(
      expect.arrayContaining([
        'index.html',
        'table.md',
        'table.csv',
        'layers.csv',
        'figures/layer-budget-90.svg',
        'figures/layer-budget-90.png',
      ]),
    );
    expect(report.index).toBe(path.join(folder.folder, 'report/index.html'));
  });

  it('tells of its progress in plain lines where there is no terminal', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a bar would be drawn with.
    expect(first.stderr).not.toMatch(/[\u001b\r]/);
    expect(started(first).sort()).toEqual(['dense', 'dnw 0.9', 'global-magnitude 0.9', 'gmp 0.9', 'str 0.9']);
    expect(epochs(first).sort()).toEqual(['1', '1', '1', '1', '1', '2', '2', '2', '2', '2']);
  });

  it('starts no finished run again', async () => {
    const again = await folder.espalier('compare');
    expect(again.code).toBe(0);
    expect(started(again)).toEqual([]);
    for (const { pruner } of runs) expect(again.stdout).toContain(pruner);
    expect(finished(await folder.espalier('compare', '--json'))).toEqual(runs);
  });

  it('starts what is new beside what is finished', async () => {
    const more = await folder.espalier('compare', '--pruners', 'gmp,global-magnitude', '--sparsity', '0.9,0.98', '--json');
    expect(started(more).sort()).toEqual(['global-magnitude 0.98', 'gmp 0.98']);
    expect(finished(more).map(({ pruner, nonzero }) => [pruner, nonzero])).toEqual([
      ['gmp', 26_620],
      ['gmp', 5324],
      ['global-magnitude', 26_620],
      ['global-magnitude', 5324],
    ]);
  });

  it('gives the same bytes for the same seed, and others for another', async () => {
    const elsewhere = project({ 'espalier.config.json': { ...SMALL, report: false } });
    const [same, other] = finished(await elsewhere.espalier('compare', '--pruners', 'str', '--seeds', '0,1', '--json'));
    const file = (where: Project, id: string | undefined, name: string) => where.read(`runs/${id}/${name}`);
    for (const name of ['result.json', 'log.jsonl', 'model/weights.bin']) {
      expect(file(elsewhere, same?.id, name) === file(folder, same?.id, name)).toBe(true);
      expect(file(elsewhere, other?.id, name) === file(folder, same?.id, name)).toBe(false);
    }
    expect(other?.accuracy).not.toBe(same?.accuracy);
    expect(elsewhere.exists('report')).toBe(false);
  });

  describe('report', () => {
    it('prints the table of finished runs as CSV, Markdown and JSON', async () => {
      const [csv, markdown, json] = await Promise.all(
        ['csv', 'markdown', 'json'].map((format) => folder.espalier('report', 'runs', '--format', format)),
      );
      const header = lines(csv?.stdout ?? '')[0]?.split(',') ?? [];
      const accuracy = header.indexOf('accuracy');
      const row = lines(csv?.stdout ?? '').find((line) => line.startsWith('dense,'));
      expect(Number(row?.split(',')[accuracy])).toBeCloseTo(runs[0]?.accuracy ?? Number.NaN, 12);
      expect(markdown?.stdout).toMatch(/^\|.*global-magnitude.*\|$/m);
      expect(JSON.parse(json?.stdout ?? '')).toHaveProperty('rows');
    });

    it('writes the whole report of chosen runs', async () => {
      const [dense, str] = runs;
      const { code, stdout } = await folder.espalier('report', `runs/${dense?.id}`, `runs/${str?.id}`, '--out', 'chosen');
      expect(code).toBe(0);
      expect(stdout.trim()).toBe(path.join('chosen', 'index.html'));
      expect(
        lines(folder.read('chosen/table.csv'))
          .slice(1, 3)
          .map((line) => line.split(',')[0]),
      ).toEqual(['dense', 'str']);
      expect(folder.exists('chosen/figures/layer-budget-90.svg')).toBe(true);
    });
  });
});

describe('an interrupted comparison', () => {
  it('goes on from its last epoch, to the same bytes, however it was killed', async () => {
    const config = {
      model: 'lenet5',
      data: { use: 'mnist', trainExamples: 6000, testExamples: 500 },
      training: { epochs: 4, batchSize: 50 },
      pruners: ['str'],
      report: false,
    };
    const undisturbed = project({ 'espalier.config.json': config });
    const ids = finished(await undisturbed.espalier('compare', '--json')).map(({ id }) => id);

    const disturbed = project({ 'espalier.config.json': config });
    const inFolder = (id: string) => path.join(disturbed.folder, 'runs', id);
    const all = (epoch: number) => Promise.all(ids.map((id) => untilLogged(inFolder(id), (entry) => entry.epoch > epoch)));
    const unfinished = () => ids.filter((id) => !disturbed.exists(`runs/${id}/result.json`));

    const first = disturbed.start('compare');
    await all(1.2);
    process.kill(-(first.process.pid as number), 'SIGKILL');
    expect((await first.ended).signal).toBe('SIGKILL');
    expect(unfinished()).toEqual(ids);

    const second = disturbed.start('compare');
    await all(2.2);
    const workers = ids.map((id) => Number(disturbed.read(`runs/${id}/lock`)));
    process.kill(second.process.pid as number, 'SIGKILL');
    const again = epochs(await second.ended);
    expect(again).toContain('2');
    expect(again).not.toContain('1');
    expect(unfinished()).toEqual(ids);

    const third = await disturbed.espalier('compare');
    expect(third.code).toBe(0);
    expect(epochs(third)).toContain('4');
    expect(epochs(third)).not.toContain('2');
    for (const worker of workers) expect(() => process.kill(worker, 0)).toThrow();
    for (const id of ids) {
      for (const name of ['result.json', 'log.jsonl', 'model/weights.bin']) {
        expect(disturbed.read(`runs/${id}/${name}`) === undisturbed.read(`runs/${id}/${name}`)).toBe(true);
      }
      expect(disturbed.exists(`runs/${id}/checkpoint`)).toBe(false);
      expect(disturbed.exists(`runs/${id}/lock`)).toBe(false);
    }
  });
});

describe('a run that fails', () => {
  const FAILING = `
    import { definePlugin, definePruner, tf } from '@espalier/core';
    import * as z from 'zod';

    const failing = (name: string, fail: (weight: tf.Variable) => void) =>
      definePruner({
        name,
        summary: 'Fails in step 5',
        options: z.strictObject({}),
        create: () => ({
          init: () => ({}),
          reparameterize: (weight) => weight,
          beforeStep([layer], { step }) {
            if (step === 5) fail(layer!.kernel.weight);
          },
        }),
      });
    export default definePlugin({
      name: 'failing',
      apiVersion: 1,
      components: [
        failing('aborts', () => process.abort()),
        failing('exits', () => process.exit(3)),
        failing('throws', () => {
          throw new Error('no luck');
        }),
        failing('explodes', (weight) => weight.assign(tf.fill(weight.shape, Number.NaN))),
      ],
    });`;
  let folder: Project;
  let first: Outcome;
  let runs: RunResult[];

  beforeAll(async () => {
    folder = project({
      'failing.ts': FAILING,
      'espalier.config.json': { ...SMALL, plugins: ['./failing.ts'], pruners: ['aborts', 'exits', 'dense', 'throws', 'explodes', 'gmp'] },
    });
    first = await folder.espalier('compare', '--json');
    runs = runsOf(first);
  });
  const failure = (name: string) => {
    const run = runs.find(({ pruner }) => pruner === name);
    return run?.status === 'failed' ? run.failure : undefined;
  };

  it('takes no other with it, and the command says so', () => {
    expect(first.code).toBe(1);
    expect(runs.map(({ pruner, status }) => [pruner, status])).toEqual([
      ['aborts', 'failed'],
      ['exits', 'failed'],
      ['dense', 'finished'],
      ['throws', 'failed'],
      ['explodes', 'failed'],
      ['gmp', 'finished'],
    ]);
  });

  it('says what ended its process', () => {
    expect(failure('aborts')).toMatchObject({ code: 'E_RUN_CRASHED', message: expect.stringContaining('SIGABRT'), retry: true });
    expect(failure('exits')).toMatchObject({ code: 'E_RUN_CRASHED', message: expect.stringContaining('3'), retry: true });
  });

  it('says which hook of which pruner threw', () => {
    expect(failure('throws')).toMatchObject({ code: 'E_HOOK', message: expect.stringMatching(/throws.*beforeStep.*step 5.*no luck/) });
  });

  it('says where the loss stopped being finite', () => {
    expect(failure('explodes')).toMatchObject({ code: 'E_NOT_FINITE', step: 5, layer: 'fc1', retry: false });
  });

  it('is shown in the table, and tried again unless the same would happen', async () => {
    const again = await folder.espalier('compare');
    expect(again.code).toBe(1);
    expect(started(again).sort()).toEqual(['aborts', 'exits', 'throws']);
    for (const { pruner } of runs) expect(again.stdout).toMatch(new RegExp(`^ *${pruner} `, 'm'));
    for (const code of ['E_RUN_CRASHED', 'E_HOOK', 'E_NOT_FINITE']) expect(again.stdout).toContain(code);
    expect((await folder.espalier('report', 'runs')).code).toBe(1);
  });
});

describe("a third party's pruner", () => {
  const source = readFileSync(new URL('./support/my-pruner.ts', import.meta.url), 'utf8');
  const config = { ...TINY, pruners: ['dense', 'random-mask'], sparsity: 0.75 };

  it.each([
    ['with "type": "module"', { type: 'module' }],
    ['without it', {}],
  ])('is a TypeScript file beside the configuration, in a package %s', async (_, manifest) => {
    const folder = project({
      'package.json': manifest,
      'my-pruner.ts': source,
      'espalier.config.ts': `
        import { defineConfig } from 'espalier';
        export default defineConfig(${JSON.stringify({ ...config, plugins: ['./my-pruner.ts'] })});`,
    });
    const first = await folder.espalier('compare');
    expect([first.code, started(first)]).toEqual([0, ['dense', 'random-mask 0.75']]);
    expect(first.stdout).toMatch(/^ *random-mask +75\.00 +75\.00/m);
    const results = finished(await folder.espalier('compare', '--json'));
    expect(results.map(({ nonzero }) => nonzero)).toEqual([266_200, 66_550]);
  });

  it('is a package of modules only', async () => {
    const folder = project({
      'node_modules/espalier-plugin-mine/package.json': {
        name: 'espalier-plugin-mine',
        type: 'module',
        exports: { '.': { import: './main.js' } },
      },
      'node_modules/espalier-plugin-mine/main.js': source.replace(' as Float32Array', ''),
      'espalier.config.json': { ...config, plugins: ['espalier-plugin-mine'], pruners: ['random-mask'], report: false },
    });
    const [run] = finished(await folder.espalier('compare', '--json'));
    expect(run?.nonzero).toBe(66_550);
  });

  it('is an object in a script, trained in that process', async () => {
    const keepLargest = definePruner({
      name: 'keep-largest',
      summary: 'One-shot magnitude pruning before training',
      options: z.strictObject({ sparsity: sparsityOption.default(0.9) }),
      create: ({ sparsity }) => ({
        sparsity,
        init({ weight, shape, size }) {
          const [mask] = topK([readFloats(() => weight.abs())], keepCount(size, sparsity));
          return { mask: tf.variable(tf.tensor(mask as Float32Array, [...shape]), false) };
        },
        reparameterize: (weight, { mask }) => weight.mul(mask),
      }),
    });
    const { folder } = project({});
    const seen: string[] = [];
    const comparison: Comparison = await compare(
      { ...TINY, pruners: ['dense', keepLargest({ sparsity: 0.5 })] },
      { folder, onStart: ({ pruner }) => seen.push(pruner.spec.use) },
    );
    expect(seen).toEqual(['dense', 'keep-largest']);
    expect(comparison.runs).toMatchObject([{ nonzero: 266_200 }, { nonzero: 133_100 }]);
    expect(readFileSync(comparison.report?.index ?? '', 'utf8')).toContain('keep-largest');
  });
});

describe('a configuration', () => {
  const { data, ...rest } = { ...TINY, pruners: ['gmp'], report: false };
  const json = JSON.stringify({ ...rest, data });

  it('may be TypeScript, JavaScript, JSON, YAML, or a key of package.json, found or named', async () => {
    const yaml = `
      model: lenet-300-100
      data: { use: mnist, trainExamples: 100, testExamples: 50 }
      training:
        epochs: 1
        batchSize: 50
      pruners: [gmp]
      report: false
    `.replace(/^ {6}/gm, '');
    const files: Readonly<Record<string, string | object>>[] = [
      { 'espalier.config.ts': `import type { Config } from 'espalier';\nexport default ${json} satisfies Config;` },
      { 'espalier.config.mjs': `export default ${json};` },
      { 'espalier.config.js': `module.exports = ${json};`, 'package.json': {} },
      { 'espalier.config.json': json },
      { 'espalier.config.json': `\uFEFF${json}` },
      { 'espalier.config.yaml': yaml },
      { 'package.json': { type: 'module', espalier: JSON.parse(json) } },
    ];
    const ids: string[][] = [];
    for (const one of files) ids.push(finished(await project(one).espalier('compare', '--json')).map(({ id }) => id));
    ids.push(
      finished(await project({ 'deep/ablation.yaml': yaml }).espalier('compare', '-c', 'deep/ablation.yaml', '--json')).map(({ id }) => id),
    );
    expect(new Set(ids.map((one) => one.join())).size).toBe(1);
  });

  it('gives way to flags', async () => {
    const folder = project({
      'espalier.config.json': { ...TINY, model: 'lenet5', seeds: [1, 2], sparsity: 0.9, report: 'there', engine: 'auto' },
    });
    const flags =
      '--pruners gmp(allocation=erk),str --sparsity 0.5 --seeds 3 --epochs 2 --model lenet-300-100 --runs here --engine wasm --no-report --json';
    const runs = finished(await folder.espalier('compare', ...flags.split(' ')));
    const shared = { model: { use: 'lenet-300-100' }, data: TINY.data, training: { epochs: 2, batchSize: 50 }, seed: 3 };
    const engine = { name: 'wasm', threads: 1 };
    expect(runs.map(({ spec }) => spec)).toEqual([
      { ...shared, pruner: { use: 'gmp', sparsity: 0.5, allocation: { use: 'erk' } }, engine },
      { ...shared, pruner: { use: 'str', sparsity: 0.5 }, engine },
    ]);
    expect(folder.list().filter((file) => !file.includes(path.sep))).toEqual(['espalier.config.json', 'here', 'package.json']);
  });
});

describe('regularizers in a configuration', () => {
  const PLUGIN = `
    import { definePlugin, defineRegularizer } from '@espalier/core';
    import * as z from 'zod';

    const softL1 = defineRegularizer({
      name: 'soft-l1',
      summary: 'A sum of square roots',
      options: z.strictObject({ lambda: z.number().default(1e-3) }),
      create: ({ lambda }) => ({
        gradient: (p) => p.div(p.square().add(1).sqrt()).mul(lambda),
        penalty: (p) => p.square().add(1).sqrt().sum().mul(lambda),
      }),
    });
    export default definePlugin({ name: 'soft', apiVersion: 1, components: [softL1] });`;
  const pruners = ['dense', { use: 'str', sparsity: null, sInit: -5 }];

  it('are built by name, from data and from plugins, in every process', async () => {
    const regularizers = { weights: { use: 'l1', lambda: 1e-4 }, thresholds: 'soft-l1' };
    const config = { ...TINY, plugins: ['./soft.ts'], pruners, training: { ...TINY.training, regularizers }, report: false };
    const folder = project({ 'soft.ts': PLUGIN, 'mine.json': config });
    const [dense, str] = finished(await folder.espalier('compare', '--config', 'mine.json', '--json'));
    for (const run of [dense, str]) {
      expect(run?.spec.training).toEqual({
        epochs: 1,
        batchSize: 50,
        weightDecay: 0,
        regularizers: { weights: { use: 'l1', lambda: 1e-4 }, thresholds: { use: 'soft-l1' } },
      });
    }
    const plain = { ...config, training: TINY.training };
    folder.write('plain.json', JSON.stringify(plain));
    const [other] = finished(await folder.espalier('compare', '--config', 'plain.json', '--json'));
    expect(other?.id).not.toBe(dense?.id);
    expect(other?.loss).not.toBe(dense?.loss);
    const { stdout } = await folder.espalier('report', 'runs', '--format', 'csv');
    expect(stdout).toContain('regularizers=(thresholds=soft-l1, weights=l1(lambda=0.0001))');
  });

  it('may be objects that no plugin brings', async () => {
    const folder = project({}).folder;
    const shrink = defineRegularizer({
      name: 'shrink',
      summary: 'Half the sum of squares',
      options: z.strictObject({}),
      create: () => ({ gradient: (p) => p.mul(1e-3), penalty: (p) => p.square().sum().mul(5e-4) }),
    });
    const regularizers = { weights: shrink() };
    const { runs } = await compare(
      { ...TINY, pruners: ['dense'], training: { ...TINY.training, regularizers }, report: false, runs: 'runs' },
      { folder },
    );
    expect(runs.map(({ status, spec }) => [status, spec.training.regularizers])).toEqual([['finished', { weights: { use: 'shrink' } }]]);
  });
});

describe('a mistake', () => {
  const withConfig = (config: object | string) => ({ 'wrong.json': config });
  const fromConfig = ['compare', '--config', 'wrong.json'];
  it.each<[string, readonly string[], Readonly<Record<string, object | string>>, string, string]>([
    ['an unknown command', ['comapre'], {}, 'E_USAGE', 'compare, ablate, swap, plan, report'],
    ['an unknown flag', ['compare', '--pruner', 'str'], {}, 'E_USAGE', '--pruners'],
    ['a percentage', ['compare', '--sparsity', '90'], {}, 'E_USAGE', '[0, 1)'],
    ['several numbers where one is taken', ['compare', '--epochs', '1,2'], {}, 'E_USAGE', '"1,2" is not a whole number'],
    ['a folder of runs that is a file', ['compare', '--runs', 'taken/runs'], { taken: '' }, 'E_USAGE', '"taken" is a file'],
    ['a report that is a file', ['plan', '-r', 'taken'], { taken: '' }, 'E_USAGE', 'it is a file'],
    ['a table that is a file', ['report', '--copied', 'x.json', '--out', 'taken'], { taken: '' }, 'E_USAGE', 'it is a file'],
    ['an archive that is a folder', ['report', '--archive', 'taken'], { 'taken/x': '' }, 'E_USAGE', 'it is a folder'],
    ['a figure in a file', ['check-threshold-function', 'exp', '-o', 'taken/x.svg'], { taken: '' }, 'E_USAGE', '"taken" is a file'],
    ['a study with the numbers of others', ['report', '--study', 's', '--copied', 'x.json'], {}, 'E_USAGE', '--out'],
    ['an axis without values', ['ablate', '-a', 'training.learningRate'], {}, 'E_AXIS', 'training.learningRate=0.025,0.1'],
    ['an axis that takes whole numbers', ['ablate', '-p', 'gmp(every=25)', '-a', 'every'], {}, 'E_AXIS', '--axis every=50,'],
    ['a swap of one method', ['swap', '-p', 'gmp,gmp'], {}, 'E_SWAP', 'two methods or more that differ'],
    ['no number', ['compare', '--epochs', 'many'], {}, 'E_USAGE', 'whole number'],
    ['an option out of its range', ['plan', '-p', 'gmp(allocation=erk(power=-1))'], {}, 'E_OPTIONS', 'given -1'],
    ['an unknown control', ['swap', '--controls', 'rewond'], {}, 'E_USAGE', '"rewond". Controls: rewound, layer-shuffled'],
    ['a budget of a swap', ['swap', '--bytes', '0.1'], {}, 'E_USAGE', '--sparsity'],
    ['an unknown engine', ['compare', '--engine', 'cuda'], {}, 'E_USAGE', 'auto, native, wasm'],
    ['an argument too many', ['compare', 'str'], {}, 'E_USAGE', '--pruners'],
    ['an unknown format', ['report', '--format', 'docx'], {}, 'E_USAGE', 'markdown, csv'],
    ['an unknown kind', ['plugins', '--kind', 'pruners'], {}, 'E_USAGE', 'pruner, '],
    ['an unknown pruner', ['compare', '--pruners', 'strr'], {}, 'E_COMPONENT_UNKNOWN', '"str"'],
    ['an unknown option of a pruner', ['compare', '-p', 'str,gmp(alocation=erk)'], {}, 'E_OPTIONS', 'bytes, allocation, schedule'],
    ['an unknown option further inside', ['plan', '-p', 'str(estimator=leaky(alfa=0.5))'], {}, 'E_OPTIONS', 'Options: alpha'],
    ['a parenthesis that is missing', ['compare', '-p', 'str,gmp(allocation=erk'], {}, 'E_NOTATION', '")" is missing at the end'],
    ['an option without a value', ['plan', '-p', 'gmp(allocation)'], {}, 'E_NOTATION', 'after option "allocation"'],
    ['an unknown option of a model', ['compare', '-m', 'mlp(unit=[3])'], {}, 'E_OPTIONS', 'Options: units'],
    ['text that can not be read', fromConfig, withConfig({ pruners: ['gmp(allocation=erk))'] }), 'E_NOTATION', 'gmp(allocation=erk))'],
    ['an unknown model', ['compare', '--model', 'lenet'], {}, 'E_COMPONENT_UNKNOWN', '"lenet5"'],
    ['an unknown data set', ['compare', '--data', 'minst'], {}, 'E_COMPONENT_UNKNOWN', '"mnist"'],
    ['no runs to report', ['report', 'nowhere'], {}, 'E_NO_RUNS', '--runs'],
    ['a configuration that is missing', fromConfig, {}, 'E_CONFIG', 'wrong.json'],
    ['a configuration that is no JSON', fromConfig, withConfig('{'), 'E_CONFIG', 'wrong.json'],
    ['a configuration that is no object', fromConfig, withConfig('[]'), 'E_CONFIG', 'defineConfig'],
    [
      'a module without a configuration',
      ['compare', '-c', 'wrong.ts'],
      { 'wrong.ts': 'export const config = {};' },
      'E_CONFIG',
      'export default',
    ],
    [
      'a list that is text, of a command that trains nothing',
      ['plugins', '-c', 'wrong.json'],
      withConfig({ plugins: 'x' }),
      'E_CONFIG',
      'list',
    ],
    [
      'an unknown key, of a command that trains nothing',
      ['cost', '-m', 'lenet5', '-c', 'wrong.json'],
      withConfig({ pruner: 'str' }),
      'E_CONFIG',
      'pruners',
    ],
    ['a folder that is a number', fromConfig, withConfig({ runs: 5 }), 'E_CONFIG', '"runs": must be a text, given 5'],
    ['a configuration that was found', ['compare'], { 'espalier.config.json': '{' }, 'E_CONFIG', 'espalier.config.json can'],
    ['an unknown key', fromConfig, withConfig({ pruner: 'str' }), 'E_CONFIG', 'pruners'],
    ['an unknown key of training', fromConfig, withConfig({ training: { epoch: 1 } }), 'E_CONFIG', 'epochs'],
    [
      'an unknown group of regularizers',
      fromConfig,
      withConfig({ training: { regularizers: { kernels: 'l1' } } }),
      'E_CONFIG',
      'weights, thresholds',
    ],
    [
      'an unknown regularizer',
      fromConfig,
      withConfig({ training: { regularizers: { weights: 'l0' } } }),
      'E_COMPONENT_UNKNOWN',
      '"hoyer-square"',
    ],
    [
      'a regularizer beside a coefficient',
      fromConfig,
      withConfig({ training: { weightDecay: 1e-4, regularizers: { weights: { use: 'l1', lambda: 1e-4 } } } }),
      'E_OPTIONS',
      'weightDecay',
    ],
    [
      'a regularizer for thresholds that a budget sets',
      fromConfig,
      withConfig({ pruners: ['str'], training: { regularizers: { thresholds: { use: 'l1', lambda: 1e-4 } } } }),
      'E_OPTIONS',
      'stateDecay',
    ],
    ['an unknown option', fromConfig, withConfig({ pruners: [{ use: 'gmp', sparstiy: 0.5 }] }), 'E_OPTIONS', 'sparsity'],
    [
      'an unknown nested component',
      fromConfig,
      withConfig({ pruners: [{ use: 'gmp', allocation: 'erq' }] }),
      'E_COMPONENT_UNKNOWN',
      '"erk"',
    ],
    ['a kernel that the model lacks', fromConfig, withConfig({ prunable: { exclude: ['conv9'] } }), 'E_PATTERN', 'conv1'],
    ['a plugin file that is missing', fromConfig, withConfig({ plugins: ['./mine.ts'] }), 'E_PLUGIN', './mine.ts'],
    ['a plugin package that is missing', fromConfig, withConfig({ plugins: ['espalier-plugin-x'] }), 'E_PLUGIN', 'espalier-plugin-x'],
    [
      'a plugin that is none',
      fromConfig,
      { ...withConfig({ plugins: ['./mine.ts'] }), 'mine.ts': 'export default 1;' },
      'E_PLUGIN',
      'definePlugin',
    ],
  ])('is refused before anything is trained: %s', async (_, args, files, code, allowed) => {
    const folder = project(files);
    const before = folder.list();
    const outcome = await folder.espalier(...args);
    expect(outcome.code).toBe(2);
    expect(outcome.stdout).toBe('');
    expect(outcome.stderr).toContain(`[${code}]`);
    expect(outcome.stderr).toContain(allowed);
    expect(folder.list()).toEqual(before);
  });
});

describe('a damaged result', () => {
  it('is refused before anything is trained', async () => {
    const folder = project({ 'espalier.config.json': { ...TINY, report: false } });
    const [run] = finished(await folder.espalier('compare', '--pruners', 'dense', '--json'));
    folder.write(`runs/${run?.id}/result.json`, '{');
    const outcome = await folder.espalier('compare', '--pruners', 'gmp,dense');
    expect([outcome.code, started(outcome)]).toEqual([2, []]);
    expect(outcome.stderr).toContain('[E_RESULT]');
  });
});

describe('the other commands', () => {
  const folder = () => project({});

  it('list every component with its options, or one kind as JSON', async () => {
    const all = await folder().espalier('plugins');
    for (const name of ['str', 'cubic', 'erk', 'lenet5', 'mnist', 'subgradient'])
      expect(all.stdout).toMatch(new RegExp(`^ +${name} `, 'm'));
    const { components } = JSON.parse((await folder().espalier('plugins', '--json', '--kind', 'pruner')).stdout) as {
      components: { kind: string; name: string; options: { name: string; default?: unknown }[] }[];
    };
    expect(new Set(components.map(({ kind }) => kind))).toEqual(new Set(['pruner']));
    const gmp = components.find(({ name }) => name === 'gmp');
    expect(gmp?.options).toContainEqual(expect.objectContaining({ name: 'allocation', default: 'uniform' }));
    expect(gmp?.options).toContainEqual(expect.objectContaining({ name: 'sparsity', default: 0.9 }));
  });

  it('end quietly when nobody reads on', async () => {
    const { process: child, ended } = folder().start('plugins');
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('say which engine runs here', async () => {
    const { code, stdout } = await folder().espalier('doctor', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ espalier: expect.stringMatching(/^\d+\.\d+\.\d+/), node: process.version });
  });
});
