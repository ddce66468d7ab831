import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FailedResult, type FinishedResult, readLog, readRecord, readResult, readResults } from './results.ts';
import { temporaryFolders, withCode } from './test-helpers.ts';

const engine = { name: 'cpu', threads: 1 };
const identity = (id: string) => ({
  format: 1 as const,
  id,
  spec: { model: { use: 'net' }, data: { use: 'points' }, pruner: { use: 'gmp', every: 5 }, training: { epochs: 1 }, seed: 0, engine },
  pruner: 'gmp',
  seed: 0,
  requested: 0.9,
});
const finished = (id: string): FinishedResult => ({
  ...identity(id),
  status: 'finished',
  sparsity: 0.9,
  size: 10,
  nonzero: 1,
  wholeSparsity: 0.75,
  parameters: 12,
  multiplyAdds: 1,
  denseMultiplyAdds: 10,
  accuracy: 0.5,
  loss: 0.7,
  validation: { accuracy: 0.5, loss: 0.7, bestAccuracy: 0.5, bestEpoch: 1 },
  epochs: 1,
  steps: 4,
  layers: [{ name: 'fc', shape: [5, 2], size: 10, nonzero: 1, sparsity: 0.9, multiplyAdds: 1, denseMultiplyAdds: 10, prunable: true }],
});
const failed = (id: string): FailedResult => ({
  ...identity(id),
  requested: null,
  status: 'failed',
  failure: { code: 'E_NOT_FINITE', message: 'The loss', step: 3, layer: 'fc', retry: false },
});

describe('reading runs', () => {
  const newFolder = temporaryFolders();
  const runWith = (file: string, content: unknown, runs = newFolder(), id = 'abc') => {
    const folder = path.join(runs, id);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, file), typeof content === 'string' ? content : JSON.stringify(content));
    return folder;
  };

  it('gives back what was written', () => {
    expect(readResult(runWith('result.json', finished('a')))).toEqual(finished('a'));
    expect(readResult(runWith('result.json', failed('b')))).toEqual(failed('b'));
  });

  it('gives nothing for a run without a result', () => {
    expect(readResult(newFolder())).toBeUndefined();
    expect(readRecord(newFolder())).toBeUndefined();
    expect(readLog(newFolder())).toEqual([]);
    expect(readResults(path.join(newFolder(), 'missing'))).toEqual([]);
  });

  it.each([
    ['no JSON', '{"format": 1,'],
    ['nothing', ''],
    ['another object', {}],
    ['another format', { ...finished('a'), format: 2 }],
    ['a percentage', { ...finished('a'), sparsity: 90 }],
    ['a number that was not finite', { ...finished('a'), loss: null }],
    ['an unknown field', { ...finished('a'), flops: 3 }],
    ['a failure that lacks its code', { ...failed('a'), failure: { message: 'x', retry: true } }],
  ])('refuses a result that holds %s', (_, content) => {
    expect(() => readResult(runWith('result.json', content))).toThrow(withCode('E_RESULT'));
  });

  it('says on one line which fields are wrong', () => {
    const damaged = { ...finished('a'), sparsity: 90, loss: null };
    expect(() => readResult(runWith('result.json', damaged))).toThrow(/"sparsity": must be at most 1; "loss": must be a number\./);
  });

  it('refuses a record that is no JSON', () => {
    expect(() => readRecord(runWith('run.json', '{'))).toThrow(withCode('E_RESULT'));
  });

  it('goes by the ids, past files and runs without a result', () => {
    const runs = newFolder();
    for (const id of ['c', 'a', 'b']) runWith('result.json', finished(id), runs, id);
    runWith('run.json', {}, runs, 'unfinished');
    writeFileSync(path.join(runs, 'notes.txt'), 'mine');
    expect(readResults(runs).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('leaves out a line of the log that a crash cut off', () => {
    expect(readLog(runWith('log.jsonl', '{"step":1}\n{"step":2}\n{"st')).map(({ step }) => step)).toEqual([1, 2]);
  });
});
