import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { canonicalJson, type RunResult } from '@espalier/core';
import { readSources } from '@espalier/reports';
import { compare } from 'espalier';
import { DATA_SETS } from './parts.ts';
import { archiveOf } from './train.ts';

/** Trains a sealed run once more, in a folder of its own. Whether the result is the same, to the last digit. */
export async function check(id: string, say: (line: string) => void): Promise<boolean> {
  const sealed = readSources(DATA_SETS.map(archiveOf)).results.find((result) => result.id.startsWith(id));
  if (!sealed) throw new Error(`No sealed run has the id ${id}.`);
  const folder = mkdtempSync(path.join(tmpdir(), 'espalier-check-'));
  try {
    const { model, data, pruner, training, seed } = sealed.spec;
    const { runs } = await compare(
      { model, data, pruners: [pruner], training, seeds: seed, runs: folder, report: false },
      { onLog: say, command: 'npx -y pnpm@12 study check' },
    );
    const same = canonicalJson(runs[0]) === canonicalJson(sealed);
    say(
      `${sealed.id}: sealed ${accuracyOf(sealed)}, again ${accuracyOf(runs[0] as RunResult)}: ${same ? 'the same result' : 'another result'}`,
    );
    return same;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const accuracyOf = (result: RunResult): string => (result.status === 'finished' ? `${100 * result.accuracy} %` : 'failed');
