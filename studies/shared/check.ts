import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { canonicalJson, type RunResult, readRecord } from '@espalier/core';
import { readSources } from '@espalier/reports';
import { compare } from 'espalier';
import { type KeptStudy, sealedFiles, type Where } from './study.ts';

/**
 * Trains a sealed run once more, in a folder of its own. Whether the result is the same, to the last digit, in all that was sealed: what
 * results have had only since then is not looked at.
 */
export async function check(study: KeptStudy, id: string, say: Where['say']): Promise<boolean> {
  const { results, origins } = readSources(sealedFiles(study));
  const sealed = results.find((result) => result.id.startsWith(id));
  if (!sealed) throw new Error(`No sealed run has the id ${id}.`);
  const folder = mkdtempSync(path.join(tmpdir(), 'espalier-check-'));
  try {
    const { model, data, pruner, training, seed } = sealed.spec;
    const { runs } = await compare(
      { model, data, pruners: [pruner], training, seeds: seed, runs: folder, report: false },
      { onLog: say, command: `${study.command} check` },
    );
    const same = canonicalJson(withFieldsOf(sealed, runs[0] as RunResult)) === canonicalJson(sealed);
    say(
      `${sealed.id}: sealed ${accuracyOf(sealed)}, again ${accuracyOf(runs[0] as RunResult)}: ${same ? 'the same result' : 'another result'}`,
    );
    const [then, now] = [origins.get(sealed.id)?.engine.version, readRecord(path.join(folder, sealed.id))?.engine.version];
    if (!same && then !== now) {
      say(
        `It was trained with ${sealed.spec.engine.name} ${then ?? 'of an unknown version'}, here with ${now}: processors with other vector instructions round differently.`,
      );
    }
    return same;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// --- helpers ---

const withFieldsOf = (sealed: RunResult, again: RunResult) =>
  Object.fromEntries(Object.keys(sealed).map((key) => [key, again[key as keyof RunResult]]));

const accuracyOf = (result: RunResult): string => (result.status === 'finished' ? `${100 * result.accuracy} %` : 'failed');
