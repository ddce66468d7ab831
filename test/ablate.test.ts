import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { defineEstimator, type RunResult, readStudies, type Study, studyFile } from '@espalier/core';
import { exp, straightThrough } from '@espalier/str';
import { ablate } from 'espalier';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Outcome, type Project, temporaryProjects } from './support/project.ts';

/** `espalier ablate` from end to end, on runs that take no time. */

const TINY = {
  model: 'lenet-300-100',
  data: { use: 'mnist', trainExamples: 100, testExamples: 50 },
  training: { epochs: 1, batchSize: 50 },
};

const project = temporaryProjects();

const lines = (text: string) => text.split('\n').filter(Boolean);
/** Labels of the runs that were started, as progress lines tell. */
const started = ({ stderr }: Outcome) => lines(stderr).flatMap((line) => line.match(/^(.+): started$/)?.[1] ?? []);
const printed = ({ stdout }: Outcome) => JSON.parse(stdout) as { study: Study; runs: RunResult[]; report?: { files: string[] } };

describe('ablate', () => {
  const GRID = ['ablate', '--axis', 'g=sigmoid,exp', '--axis', 'estimator=straight-through', '--mode', 'grid', '--name', 'tiny'];
  let folder: Project;
  let compared: Outcome;
  let first: Outcome;
  let study: Study;

  beforeAll(async () => {
    folder = project({ 'espalier.config.json': TINY });
    compared = await folder.espalier('compare', '--pruners', 'dense,str', '--no-report');
    first = await folder.espalier(...GRID);
    [study] = readStudies(path.join(folder.folder, 'runs')) as [Study];
  });

  it('trains what a comparison has not trained yet, under the names of the points', () => {
    expect([compared.code, first.code]).toEqual([0, 0]);
    expect(started(compared).sort()).toEqual(['dense seed 0', 'str 0.9 seed 0']);
    expect(started(first).sort()).toEqual([
      'exp × straight-through 0.9 seed 0',
      'exp × subgradient 0.9 seed 0',
      'sigmoid × straight-through 0.9 seed 0',
    ]);
  });

  it('says what there is to do, and about how long it takes, before it starts', () => {
    const [what, runs, time] = lines(first.stderr);
    expect([what, runs]).toEqual(['tiny: g (2) × estimator (2), grid', '5 runs']);
    expect(time).toMatch(/^2 finished before, the others take about \d+ s$/);
  });

  it('puts down what it needs', () => {
    expect(study).toMatchObject({
      name: 'tiny',
      command: 'espalier ablate --axis g=sigmoid,exp --axis estimator=straight-through --mode grid --name tiny',
      mode: 'grid',
      axes: [
        { name: 'g', values: ['sigmoid', 'exp'], base: 'sigmoid' },
        { name: 'estimator', values: ['subgradient', 'straight-through'], base: 'subgradient' },
      ],
    });
    expect(study.runs.map(({ at, requested }) => [at.g, at.estimator, requested])).toEqual([
      ['sigmoid', 'subgradient', 0.9],
      ['sigmoid', 'straight-through', 0.9],
      ['exp', 'subgradient', 0.9],
      ['exp', 'straight-through', 0.9],
    ]);
    for (const { id } of study.runs) expect(folder.exists(`runs/${id}/result.json`)).toBe(true);
  });

  it('prints the grid, and writes the report', () => {
    expect(first.stdout).toMatch(/^ *sigmoid \(base\) +\d+\.\d\d +\d+\.\d\d/m);
    expect(first.stdout).toMatch(/^ *exp +\d+\.\d\d +\d+\.\d\d/m);
    const page = folder.read('report/index.html');
    for (const shown of ['tiny', 'Threshold functions', 'What the estimators let through']) expect(page).toContain(shown);
    for (const file of ['threshold-function-curves.svg', 'estimator-curves.csv'])
      expect(folder.exists(`report/figures/${file}`)).toBe(true);
  });

  it('starts no finished run again, and prints the study and its runs as JSON', async () => {
    const again = await folder.espalier(...GRID, '--json');
    expect([again.code, started(again)]).toEqual([0, []]);
    const { study: same, runs, report } = printed(again);
    expect(same.runs).toEqual(study.runs);
    expect(runs.map(({ id }) => id).slice(1)).toEqual(study.runs.map(({ id }) => id));
    expect(runs.map(({ pruner, status }) => [pruner, status])).toEqual([
      ['dense', 'finished'],
      ...study.runs.map(() => ['str', 'finished']),
    ]);
    expect(report?.files.every((file) => existsSync(file))).toBe(true);
  });

  it('trains what is missing and nothing else, after a report that says what that is', async () => {
    const lost = study.runs[3]?.id ?? '';
    const result = folder.read(`runs/${lost}/result.json`);
    rmSync(path.join(folder.folder, 'runs', lost, 'result.json'));
    const reported = await folder.espalier('report', 'runs', '--study', 'tiny');
    expect(reported.stdout).toMatch(new RegExp(`Missing: exp × straight-through at 90 %, seed 0 \\(${lost}\\)`));
    expect(reported.stdout.replace(/\s+/g, ' ')).toContain(`“${study.command} --json” trains what is missing`);
    expect(started(await folder.espalier(...GRID, '--no-report'))).toEqual(['exp × straight-through 0.9 seed 0']);
    expect(folder.read(`runs/${lost}/result.json`)).toBe(result);
  });

  it('varies one axis at a time, at several sparsities', async () => {
    const outcome = await folder.espalier(
      ...'ablate --axis threshold-function=exp --axis granularity=filter -s 0.9,0.5 --no-report'.split(' '),
    );
    expect(outcome.code).toBe(0);
    expect(started(outcome).sort()).toEqual([
      'exp × layer 0.5 seed 0',
      'sigmoid × filter 0.5 seed 0',
      'sigmoid × filter 0.9 seed 0',
      'sigmoid × layer 0.5 seed 0',
    ]);
    expect(outcome.stdout).toMatch(/^ *granularity +filter +\d+\.\d\d/m);
    expect(folder.exists('runs/str-threshold-function-granularity-lenet-300-100-mnist.study.json')).toBe(true);
  });
});

describe('a configuration of an ablation', () => {
  const ablation = {
    pruner: { use: 'gmp', every: 1 },
    axes: { allocation: ['uniform', 'erk'], schedule: ['linear'], 'training.learningRate': [0.01] },
    name: 'from-config',
  };
  const flags = '--no-report --json'.split(' ');

  it('is found, and gives way to flags', async () => {
    const folder = project({ 'espalier.config.json': { ...TINY, sparsity: 0.5, ablation } });
    const asWritten = printed(await folder.espalier('ablate', ...flags));
    expect(asWritten.study.axes.map(({ name, values }) => [name, values])).toEqual([
      ['allocation', ['uniform', 'erk']],
      ['schedule', ['cubic (start=0.05)', 'linear']],
      ['training.learningRate', ['0.05', '0.01']],
    ]);
    expect(asWritten.runs.map(({ pruner }) => pruner)).toEqual(['dense', 'dense', 'gmp', 'gmp', 'gmp', 'gmp']);

    const changed = await folder.espalier(
      'ablate',
      '--axis',
      'allocation',
      '--pruner',
      'gmp(every=2)',
      '--name',
      'from-flags',
      '-s',
      '0.6',
      ...flags,
    );
    const { study } = printed(changed);
    expect([study.name, study.axes.map(({ values }) => values)]).toEqual(['from-flags', [['uniform', 'erk']]]);
    expect(study.runs.map(({ spec }) => spec.pruner)).toEqual([
      { use: 'gmp', every: 2, sparsity: 0.6 },
      { use: 'gmp', every: 2, sparsity: 0.6, allocation: { use: 'erk' } },
    ]);
    expect(started(changed)).toHaveLength(2);
  });
});

describe('a mistake in an ablation', () => {
  const config = (ablation: object) => ({ 'espalier.config.json': { ablation } });
  it.each<[string, readonly string[], Readonly<Record<string, object>>, string, string]>([
    ['no axis', [], {}, 'E_AXIS', '--axis'],
    ['an axis twice', ['--axis', 'every=1', '--axis', 'every=2'], {}, 'E_AXIS', 'one list'],
    ['an axis that is no axis', ['--axis', 'estimator=a(b'], {}, 'E_NOTATION', 'leaky(alpha=0.5)'],
    ['an unknown mode', ['--axis', 'estimator', '--mode', 'all'], {}, 'E_USAGE', 'one-at-a-time, grid'],
    ['what does not go together', ['--axis', 'pruner=gmp', '--axis', 'g=exp', '--mode', 'grid'], {}, 'E_OPTIONS', 'gmp × exp'],
    ['an unknown key', [], config({ axis: { g: 'all' } }), 'E_CONFIG', 'axes'],
  ])('is refused before anything is trained: %s', async (_, args, files, code, allowed) => {
    const folder = project(files);
    const before = folder.list();
    const outcome = await folder.espalier('ablate', ...args);
    expect([outcome.code, outcome.stdout]).toEqual([2, '']);
    expect(outcome.stderr).toContain(`[${code}]`);
    expect(outcome.stderr).toContain(allowed);
    expect(folder.list()).toEqual(before);
  });
});

describe('an ablation in a script', () => {
  it('takes components as objects, and is put down before its first run', async () => {
    const backward = straightThrough().backward;
    const mine = defineEstimator({
      name: 'mine',
      summary: 'Nobody has it by name',
      options: z.strictObject({}),
      create: () => ({ backward }),
    });
    const { folder } = project({});
    const file = studyFile(path.join(folder, 'runs'), 'script');
    const seen: [string, boolean][] = [];
    const { study, runs, report } = await ablate(
      { ...TINY, ablation: { axes: { estimator: [mine(), 'straight-through'], g: [exp()] }, name: 'script' } },
      { folder, onStart: ({ pruner }) => seen.push([JSON.stringify(pruner.spec), existsSync(file)]) },
    );
    expect(seen).toEqual([
      ['{"use":"dense"}', true],
      ['{"use":"str"}', true],
      ['{"use":"str","estimator":{"use":"mine"}}', true],
      ['{"use":"str","estimator":{"use":"straight-through"}}', true],
      ['{"use":"str","g":{"use":"exp"}}', true],
    ]);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(study);
    expect(runs.map(({ status }) => status)).toEqual(Array(5).fill('finished'));
    const [, , own, straight] = runs;
    expect(own?.status === 'finished' && straight?.status === 'finished' && own.loss === straight.loss).toBe(true);
    expect(report && existsSync(report.index)).toBe(true);
  });
});
