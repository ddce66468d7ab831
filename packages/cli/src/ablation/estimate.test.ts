import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gmp } from '@espalier/baselines';
import { failedResult, openRunFolder, type RunRequest, type RunSpec, runId, toRunSpec } from '@espalier/core';
import { lenet5, mnist } from '@espalier/zoo';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { estimateSeconds } from './estimate.ts';

const request = (sparsity: number, learningRate = 0.05): RunRequest => ({
  model: lenet5(),
  data: mnist(),
  pruner: gmp({ sparsity }),
  training: { learningRate },
  seed: 0,
  engine: { name: 'cpu', threads: 1 },
});

describe('the estimate', () => {
  let runs: string;
  beforeEach(() => {
    runs = mkdtempSync(path.join(tmpdir(), 'espalier-'));
  });
  afterEach(() => rmSync(runs, { recursive: true }));
  const record = (spec: RunSpec, seconds?: number) => {
    const folder = path.join(runs, runId(spec));
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'run.json'), JSON.stringify({ format: 1, spec, seconds }));
  };

  it('is the mean of runs on the same terms, side by side', () => {
    record(toRunSpec(request(0.1)), 10);
    record(toRunSpec(request(0.2)), 20);
    record(toRunSpec(request(0.3, 0.01)), 1000);
    record(toRunSpec(request(0.4)));
    const three = [request(0.5), request(0.6), request(0.7)];
    expect(estimateSeconds(three, runs, 2)).toEqual({ finished: 0, seconds: (15 * 3) / 2 });
    expect(estimateSeconds(three, runs, 8)).toEqual({ finished: 0, seconds: 15 });
    expect(estimateSeconds([request(0.5, 0.2)], runs, 2)).toEqual({ finished: 0 });
  });

  it('leaves out what needs no more work, and says nothing if that is all', () => {
    const done = request(0.1);
    const spec = toRunSpec(done);
    record(spec, 10);
    openRunFolder(path.join(runs, runId(spec))).writeResult(failedResult(done, Object.assign(new Error('no'), { code: 'E_NOT_FINITE' })));
    expect(estimateSeconds([done, request(0.2)], runs, 2)).toEqual({ finished: 1, seconds: 10 });
    expect(estimateSeconds([done], runs, 2)).toEqual({ finished: 1 });
    expect(estimateSeconds([done], path.join(runs, 'none'), 2)).toEqual({ finished: 0 });
  });
});
