import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readResults, readStudies, type Study, studyFile } from '../results.ts';
import { naming, temporaryFolders, withCode } from '../test-helpers.ts';
import { writeStudy } from './study.ts';

const spec = (seed: number) => ({
  model: { use: 'net' },
  data: { use: 'points' },
  pruner: { use: 'str' },
  training: {},
  seed,
  engine: { name: 'cpu', threads: 1 },
});
const study = (name: string): Study => ({
  format: 1,
  name,
  command: 'espalier ablate --axis estimator',
  mode: 'grid',
  axes: [{ name: 'estimator', values: ['subgradient', 'leaky (alpha=0.5)'], base: 'subgradient' }],
  runs: [0, 1].map((seed) => ({ id: `run${seed}`, spec: spec(seed), requested: 0.9, at: { estimator: 'subgradient' } })),
});

describe('a study', () => {
  const newFolder = temporaryFolders();

  it('is read as it was written, by name, and is no run', () => {
    const runs = path.join(newFolder(), 'runs');
    writeStudy(runs, study('b'));
    writeStudy(runs, study('a'));
    expect(readStudies(runs)).toEqual([study('a'), study('b')]);
    expect(readResults(runs)).toEqual([]);
  });

  it('takes the place of an older one of its name', () => {
    const runs = newFolder();
    writeStudy(runs, study('a'));
    writeStudy(runs, { ...study('a'), mode: 'one-at-a-time' });
    expect(readStudies(runs).map(({ mode }) => mode)).toEqual(['one-at-a-time']);
  });

  it('is refused with the file when it is none', () => {
    const runs = newFolder();
    writeFileSync(studyFile(runs, 'a'), '{"format": 2}');
    expect(() => readStudies(runs)).toThrow(withCode('E_RESULT', { message: naming('a.study.json') }));
    expect(readStudies(path.join(runs, 'missing'))).toEqual([]);
  });
});
