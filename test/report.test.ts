import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type FinishedResult, type RunSpec, runId, type Study, writeStudy } from '@espalier/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProject, type Project } from './support/project.ts';

/** From the results of a study to its tables in a paper: nothing is trained here. */

const specOf = (estimator: string, seed: number): RunSpec => ({
  model: { use: 'lenet5' },
  data: { use: 'mnist' },
  pruner: { use: 'str', sparsity: 0.9, ...(estimator !== 'subgradient' && { estimator: { use: estimator } }) },
  training: { epochs: 1 },
  seed,
  engine: { name: 'tfjs-node', threads: 1 },
});
const resultOf = (estimator: string, seed: number, accuracy: number): FinishedResult => {
  const spec = specOf(estimator, seed);
  return {
    ...{ format: 1, id: runId(spec), spec, pruner: 'str', seed, requested: 0.9, status: 'finished' },
    ...{ sparsity: 0.9, size: 10, nonzero: 1, wholeSparsity: 0.75, parameters: 12, multiplyAdds: 1, denseMultiplyAdds: 10 },
    ...{ accuracy, loss: 0.7, validation: { accuracy: 0.5, loss: 0.7, bestAccuracy: 0.5, bestEpoch: 1 }, epochs: 1, steps: 4 },
    layers: [{ name: 'fc', shape: [5, 2], size: 10, nonzero: 1, sparsity: 0.9, multiplyAdds: 1, denseMultiplyAdds: 10, prunable: true }],
  };
};
const results = [0.97, 0.972, 0.971].flatMap((accuracy, seed) => [
  resultOf('subgradient', seed, accuracy),
  resultOf('straight-through', seed, accuracy - 0.004 - 0.0001 * seed),
]);
const study: Study = {
  format: 1,
  name: 'estimators',
  command: 'espalier ablate --axis estimator --name estimators',
  mode: 'one-at-a-time',
  axes: [{ name: 'estimator', values: ['subgradient', 'straight-through'], base: 'subgradient' }],
  runs: results.map(({ id, spec, requested }, index) => ({
    ...{ id, spec, requested },
    at: { estimator: index % 2 ? 'straight-through' : 'subgradient' },
  })),
};

let project: Project;
const at = (...parts: string[]) => path.join(project.folder, ...parts);
const report = async (...args: string[]) => (await project.espalier('report', ...args)).stdout;

beforeAll(() => {
  project = createProject();
  writeStudy(at('runs'), study);
  for (const result of results) {
    mkdirSync(at('runs', result.id));
    writeFileSync(at('runs', result.id, 'result.json'), JSON.stringify(result));
    writeFileSync(
      at('runs', result.id, 'run.json'),
      JSON.stringify({
        command: study.command,
        versions: { espalier: '0.1.0' },
        engine: { name: 'tfjs-node', version: '4.22.0', threads: 1 },
      }),
    );
  }
});
afterAll(() => project.remove());

describe('espalier report --study', () => {
  it('prints its tables, the difference to the base with its interval, and how they came about', async () => {
    const [text, json] = await Promise.all([
      report('runs', '--study', 'estimators'),
      report('runs', '--study', 'estimators', '--format', 'json'),
    ]);
    // differences −0.0040, −0.0041, −0.0042: −0.41 ± 4.30265 · 0.01 / √3 percentage points
    expect(text).toContain('−0.41 [−0.43, −0.39]');
    expect(text.replace(/\s+/g, ' ')).toContain(`; ${study.command}.`);
    expect(JSON.parse(json)).toEqual([expect.objectContaining({ provenance: expect.objectContaining({ runs: 6 }) }), expect.anything()]);
  });

  it('prints LaTeX', async () => {
    expect(await report('runs', '--study', 'estimators', '--format', 'latex')).toContain('\\textbf{97.10 $\\pm$ 0.10}');
  });

  it('compares with the value that is named', async () => {
    expect(await report('runs', '--study', 'estimators', '--reference', 'straight-through')).toContain('+0.41 [+0.39, +0.43]');
  });

  it('refuses a study or a reference that is not there, and says what is', async () => {
    const [unknown, reference] = await Promise.all([
      project.espalier('report', '--study', 'nobody'),
      project.espalier('report', '--study', 'estimators', '--reference', 'nobody'),
    ]);
    expect([unknown.code, reference.code]).toEqual([2, 2]);
    expect(unknown.stderr).toMatch(/"estimators".*\[E_STUDY\]/);
    expect(reference.stderr).toMatch(/"straight-through".*\[E_REFERENCE\]/);
  });
});

describe('an archive', () => {
  it('gives the same tables as the folder, and refuses a number that was typed', async () => {
    await Promise.all([
      report('runs', '--study', 'estimators', '--archive', 'a.jsonl'),
      report('runs', '--study', 'estimators', '--archive', 'papers/a.jsonl.gz'),
    ]);
    const [folder, plain, packed] = await Promise.all(
      ['runs', 'a.jsonl', 'papers/a.jsonl.gz'].map((source) => report(source, '--study', 'estimators')),
    );
    expect(plain).toBe(folder);
    expect(packed).toBe(folder);

    writeFileSync(at('edited.jsonl'), readFileSync(at('a.jsonl'), 'utf8').replace('"accuracy":0.97,', '"accuracy":0.99,'));
    const { code, stderr } = await project.espalier('report', 'edited.jsonl');
    expect(code).toBe(2);
    expect(stderr).toMatch(/edited\.jsonl, line \d+: .*\[E_RESULT\]/);
  });

  it('makes a whole report', async () => {
    expect(await report('a.jsonl', '--out', 'from-archive')).toBe(`${path.join('from-archive', 'index.html')}\n`);
    expect(project.read('from-archive/index.html')).toContain('Study: estimators');
    expect(project.exists('from-archive/estimators-axes.tex')).toBe(true);
  });
});

describe('a result that was deleted', () => {
  it('is missing in the table, with what trains it', async () => {
    const [lost] = results;
    rmSync(at('runs', lost?.id ?? '', 'result.json'));
    const text = await report('runs', '--study', 'estimators', '--format', 'markdown');
    expect(text).toContain('97.15 ± 0.07 (2 of 3)<sup>a</sup>');
    expect(text).toContain(`Missing: the base at 90 %, seed 0 (${lost?.id}). “${study.command}” trains what is missing`);
  });
});
