import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Archive, type FailedResult, type RunSpec, readArchive, readResults, readStudies, type Study } from '../results.ts';
import { naming, temporaryFolders, withCode } from '../test-helpers.ts';
import { writeArchive } from './archive.ts';
import { runId } from './run-id.ts';

const spec = (seed: number): RunSpec => ({
  model: { use: 'net' },
  data: { use: 'points' },
  pruner: { use: 'str' },
  training: {},
  seed,
  engine: { name: 'cpu', threads: 1 },
});
const result = (seed: number): FailedResult => ({
  ...{ format: 1, id: runId(spec(seed)), spec: spec(seed), pruner: 'str', seed, requested: 0.9, status: 'failed' },
  failure: { code: 'E_NOT_FINITE', message: 'The loss', step: 3, retry: false },
});
const study: Study = {
  format: 1,
  name: 'a',
  command: 'espalier ablate --axis estimator',
  mode: 'grid',
  axes: [{ name: 'estimator', values: ['subgradient'], base: 'subgradient' }],
  runs: [0, 1, 2].map((seed) => ({ id: runId(spec(seed)), spec: spec(seed), requested: 0.9, at: { estimator: 'subgradient' } })),
};
const origin = { command: 'espalier ablate', versions: { espalier: '0.1.0' }, engine: { name: 'cpu', version: '4.22.0', threads: 1 } };
const archive: Archive = { studies: [study], runs: [{ result: result(0), origin }, { result: result(1) }] };

describe('an archive', () => {
  const newFolder = temporaryFolders();
  const written = (name: string, content = archive) => {
    const file = path.join(newFolder(), 'papers', name);
    writeArchive(file, content);
    return file;
  };

  it.each(['study.jsonl', 'study.jsonl.gz'])('is read as it was written, %s', (name) => {
    const file = written(name);
    const byId = [result(0), result(1)].sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(readResults(file)).toEqual(byId);
    expect(readStudies(file)).toEqual([study]);
    expect(readArchive(file).runs.find(({ result: { seed } }) => seed === 0)?.origin).toEqual(origin);
  });

  it('has the same bytes for the same runs in any order', () => {
    const backwards = { ...archive, runs: [...archive.runs].reverse() };
    for (const name of ['a.jsonl', 'a.jsonl.gz']) {
      expect(readFileSync(written(name, backwards)).equals(readFileSync(written(name)))).toBe(true);
    }
  });

  it('is refused with the line when a number in it was typed', () => {
    const file = written('a.jsonl');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"step":3', '"step":4'));
    expect(() => readResults(file)).toThrow(withCode('E_RESULT', { message: naming(file, 'line 2:') }));
  });

  it('takes no run whose id is not that of its spec', () => {
    const stranger = { ...result(0), spec: spec(7) };
    expect(() => written('a.jsonl', { studies: [], runs: [{ result: stranger }] })).toThrow(withCode('E_RESULT'));
    const invented = { ...study, runs: [{ ...study.runs[0], id: 'mine', spec: spec(0), requested: 0.9, at: {} }] };
    expect(() => written('a.jsonl', { studies: [invented], runs: [] })).toThrow(withCode('E_RESULT', { message: naming('mine') }));
  });

  it('refuses a sealed line that is neither a result nor a study, and a file that is no archive', async () => {
    const { seal } = await import('./seal.ts');
    const file = path.join(newFolder(), 'a.jsonl');
    writeFileSync(file, seal([{ accuracy: 1 }]));
    expect(() => readArchive(file)).toThrow(withCode('E_RESULT', { message: naming('line 1:') }));
    writeFileSync(file, seal([{ result: { ...result(0), id: 'mine' } }]));
    expect(() => readArchive(file)).toThrow(withCode('E_RESULT', { message: naming('line 1:', 'mine') }));
    writeFileSync(file, JSON.stringify(result(0)));
    expect(() => readArchive(file)).toThrow(withCode('E_RESULT'));
  });
});
