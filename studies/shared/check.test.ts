import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fixedMask } from '@espalier/baselines';
import { maskDigest, type RunResult, savedKernels, writeArchive } from '@espalier/core';
import { compare } from 'espalier';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { check } from './check.ts';
import { runStudy } from './run.ts';
import type { KeptStudy } from './study.ts';
import { train } from './train.ts';

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
    const trained = async (pruner: NonNullable<Parameters<typeof compare>[0]>['pruners']) =>
      (
        await compare({
          ...{ model: 'lenet-300-100', data: { use: 'mnist', trainExamples: 100, testExamples: 50 }, report: false, runs },
          ...{ training: { epochs: 1, batchSize: 50 }, prunable: { lastLayer: false }, sparsity: 0.5, pruners: pruner as never },
        })
      ).runs[0] as RunResult;
    source = await trained(['gmp(every=1)']);
    const digest = maskDigest(await savedKernels(path.join(runs, source.id), { lastLayer: false }));
    masked = await trained([fixedMask({ sparsity: 0.5, run: source.id, digest, shuffle: true })]);
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

  it('names an id to take, if none begins so; the command says it without a stack', async () => {
    seal(source);
    const { said } = await checked('nothing');
    expect(said).toBe(
      `None of the 1 sealed runs has an id that begins with "nothing". Ids stand in tiny.jsonl, for example ${source.id}. [E_SEALED]`,
    );
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await runStudy(study, ['check', 'nothing'])).toBe(1);
    expect(written.mock.calls).toEqual([[`${said}\n`]]);
    written.mockRestore();
  });

  it('refuses to train a part that it has not', async () => {
    const one = { ...study, parts: [{ name: 'first-part', train: async () => {} }] };
    await expect(train(one, ['first', 'secnd'], () => {})).rejects.toThrow(
      'No part has a name that begins with "secnd". Parts: first-part. [E_USAGE]',
    );
  });
});
