import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fixedMask } from '@espalier/baselines';
import { maskDigest, type RunResult, savedKernels, writeArchive } from '@espalier/core';
import { compare } from 'espalier';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check } from './check.ts';
import type { KeptStudy } from './study.ts';

/** A run that starts from another one's mask, both sealed, on runs that take no time. */
describe('check', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'espalier-study-'));
  const study: KeptStudy = { folder, command: 'check.test', archives: ['tiny'], parts: [] };
  let source: RunResult;
  let masked: RunResult;
  const seal = (...results: RunResult[]) =>
    writeArchive(path.join(folder, 'tiny.jsonl'), { studies: [], runs: results.map((result) => ({ result })) });
  const checked = async (id: string) => {
    const said: string[] = [];
    const same = await check(study, id, (line) => said.push(line)).catch((error: Error) => said.push(error.message) && undefined);
    return { same, said: said.join('\n') };
  };

  beforeAll(async () => {
    const runs = path.join(folder, 'runs');
    const train = async (pruner: NonNullable<Parameters<typeof compare>[0]>['pruners']) =>
      (
        await compare({
          ...{ model: 'lenet-300-100', data: { use: 'mnist', trainExamples: 100, testExamples: 50 }, report: false, runs },
          ...{ training: { epochs: 1, batchSize: 50 }, prunable: { lastLayer: false }, sparsity: 0.5, pruners: pruner as never },
        })
      ).runs[0] as RunResult;
    source = await train(['gmp(every=1)']);
    const digest = maskDigest(await savedKernels(path.join(runs, source.id), { lastLayer: false }));
    masked = await train([fixedMask({ sparsity: 0.5, run: source.id, digest, shuffle: true })]);
    rmSync(runs, { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('trains the run that a mask comes from, then the run itself, and compares both', async () => {
    expect([source.status, masked.status]).toEqual(['finished', 'finished']);
    seal(source, masked);
    const { same, said } = await checked(masked.id.slice(0, 8));
    expect(said).toMatch(new RegExp(`${source.id}: .*the same result\\n(.*\\n)*${masked.id}: .*the same result`));
    expect(same).toBe(true);
  });

  it('says which run is missing, if that one is not sealed', async () => {
    seal(masked);
    const { same, said } = await checked(masked.id);
    expect(same).toBeUndefined();
    expect(said).toContain(`starts from run ${source.id}, which isn't sealed`);
  });

  it('ends at a source that comes out differently, since nothing that follows could be the same', async () => {
    seal({ ...source, accuracy: 0.123 } as RunResult, masked);
    const { same, said } = await checked(masked.id);
    expect(same).toBe(false);
    expect(said).toContain(`${source.id}: sealed 12.3 %`);
    expect(said).toContain(`${masked.id} starts from it, so it can't be checked here`);
    expect(said).not.toContain(`${masked.id}: sealed`);
  });
});
