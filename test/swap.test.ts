import { rmSync } from 'node:fs';
import path from 'node:path';
import { type FinishedResult, readResults, readStudies, type Study } from '@espalier/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Outcome, type Project, temporaryProjects } from './support/project.ts';

/** `espalier swap` from end to end, on runs that take no time. */

const TINY = {
  model: 'lenet-300-100',
  data: { use: 'mnist', trainExamples: 100, testExamples: 50 },
  training: { epochs: 1, batchSize: 50 },
};
const SWAP = ['swap', '--pruners', 'str,gmp(allocation=erk)', '--controls', 'rewound,layer-shuffled,random,small-dense', '--name', 'tiny'];

const project = temporaryProjects();
const started = ({ stderr }: Outcome) => stderr.split('\n').flatMap((line) => line.match(/^(.+): started$/)?.[1] ?? []);

describe('swap', () => {
  let folder: Project;
  let first: Outcome;
  let study: Study;
  let results: ReadonlyMap<string, FinishedResult>;
  const runs = () => path.join(folder.folder, 'runs');
  const cell = (budget: string, selection: string): FinishedResult => {
    const id = study.runs.find(({ at }) => at['budget of'] === budget && at['selection by'] === selection)?.id;
    return results.get(id as string) as FinishedResult;
  };
  const left = ({ layers }: FinishedResult) => layers.map(({ nonzero }) => nonzero);

  beforeAll(async () => {
    folder = project({ 'espalier.config.json': TINY });
    first = await folder.espalier(...SWAP);
    [study] = readStudies(runs()) as [Study];
    results = new Map(readResults(runs()).flatMap((run) => (run.status === 'finished' ? [[run.id, run]] : [])));
  });

  it('trains the methods, then every selection on every budget, then the controls', () => {
    expect(first.code, first.stderr).toBe(0);
    expect(started(first)).toHaveLength(1 + 2 + 1 + 4 + 6);
    expect(results.size).toBe(14);
    expect(study.command).toContain('espalier swap');
  });

  it('gives each layer what the other method gave it, to the weight', () => {
    const budgets = ['str', 'gmp (allocation=erk)'].map((method) => left(cell(method, 'own')));
    expect(budgets[0]).not.toEqual(budgets[1]);
    for (const [i, budget] of ['str', 'gmp (allocation=erk)'].entries())
      for (const selection of ['str', 'gmp', 'rewound', 'layer-shuffled', 'random'])
        expect(left(cell(budget, selection)), `${budget}, ${selection}`).toEqual(budgets[i]);
  });

  it('prints matrix, effects, differences and controls, and writes the heat map', () => {
    for (const title of [
      'Test accuracy (%) by budget of and selection by',
      'What budgets and selections contribute',
      'Where the difference to str comes from',
      'What the masks are worth',
    ])
      expect(first.stdout).toContain(title);
    for (const file of ['figures/tiny-grid-90.svg', 'figures/layer-budget-90.svg', 'tiny-controls-90.tex', 'tiny-effects-90.csv'])
      expect(folder.exists(`report/${file}`), file).toBe(true);
  });

  it('starts no finished run again, and goes on where something is missing', async () => {
    const lost = cell('str', 'layer-shuffled');
    const bytes = folder.read(`runs/${lost.id}/result.json`);
    rmSync(path.join(runs(), lost.id), { recursive: true });
    const again = await folder.espalier(...SWAP, '--no-report');
    expect(started(again)).toEqual(['str × layer-shuffled 0.9 seed 0']);
    expect(folder.read(`runs/${lost.id}/result.json`)).toBe(bytes);
  });

  it('refuses a method that follows no budget before anything is trained', async () => {
    const other = project({ 'espalier.config.json': TINY });
    const outcome = await other.espalier('swap', '--pruners', 'str,st-3');
    expect([outcome.code, outcome.stdout]).toEqual([2, '']);
    expect(outcome.stderr).toContain('[E_SWAP]');
    expect(outcome.stderr).toContain('These can: ');
    expect(other.exists('runs')).toBe(false);
  });
});
