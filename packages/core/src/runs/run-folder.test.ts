import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type LogEntry, type RunResult, readLog, readResult } from '../results.ts';
import { temporaryFolders } from '../test-helpers.ts';
import { openRunFolder } from './run-folder.ts';

const entry = (step: number): LogEntry => ({ type: 'step', step, epoch: step / 10, loss: 1, learningRate: 0.1, sparsity: 0, layers: [] });

describe('a run folder', () => {
  const newFolder = temporaryFolders();
  const open = () => openRunFolder(path.join(newFolder(), 'runs', 'abc'));

  it('is made where it is missing', () => {
    expect(existsSync(open().path)).toBe(true);
  });

  it('keeps its log one JSON object a line, in order', () => {
    const folder = open();
    folder.appendLog(entry(0));
    folder.appendLog(entry(1));
    const text = readFileSync(path.join(folder.path, 'log.jsonl'), 'utf8');
    expect(text).toBe(`${JSON.stringify(entry(0))}\n${JSON.stringify(entry(1))}\n`);
  });

  it('drops what was logged after a step, and a line that a crash cut off', () => {
    const folder = open();
    for (const step of [0, 1, 2, 3]) folder.appendLog(entry(step));
    appendFileSync(path.join(folder.path, 'log.jsonl'), '{"type":"step","st');
    folder.truncateLog(1);
    folder.appendLog(entry(2));
    expect(readLog(folder.path).map(({ step }) => step)).toEqual([0, 1, 2]);
    folder.truncateLog(-1);
    expect(readFileSync(path.join(folder.path, 'log.jsonl'), 'utf8')).toBe('');
  });

  it('has no log to truncate before the first entry', () => {
    const folder = open();
    folder.truncateLog(3);
    expect(existsSync(path.join(folder.path, 'log.jsonl'))).toBe(false);
  });

  it('forgets a result, if there is one', () => {
    const folder = open();
    folder.removeResult();
    const engine = { name: 'cpu', threads: 1 };
    const spec = { model: { use: 'a' }, data: { use: 'b' }, pruner: { use: 'c' }, training: {}, seed: 0, engine };
    const failure = { code: 'E_X', message: 'x', retry: true };
    const result: RunResult = { format: 1, id: 'abc', spec, pruner: 'c', seed: 0, requested: null, status: 'failed', failure };
    folder.writeResult(result);
    expect(readResult(folder.path)).toEqual(result);
    folder.removeResult();
    expect(readResult(folder.path)).toBeUndefined();
  });
});
