import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { baselinesPlugin } from '@espalier/baselines';
import { canonicalJson, corePlugin, createRegistry, EspalierError, type Origin, type RunResult, readRecord } from '@espalier/core';
import { readSources } from '@espalier/reports';
import { strPlugin } from '@espalier/str';
import { compare } from 'espalier';
import { type KeptStudy, sealedFiles, type Where } from './study.ts';

/**
 * Trains a sealed run once more, in a folder of its own, after the sealed run that it starts from, if it starts from one. Whether the
 * result is the same, to the last digit, in all that was sealed: what results have had only since then is not looked at.
 *
 * @throws `E_SEALED` if the run isn't sealed, or the one that it starts from.
 */
export async function check(study: KeptStudy, id: string, say: Where['say']): Promise<boolean> {
  const { results, origins } = readSources(sealedFiles(study));
  const sealed = results.find((result) => result.id.startsWith(id));
  if (!sealed) throw notSealed(study, id, results);
  const folder = mkdtempSync(path.join(tmpdir(), 'espalier-check-'));
  try {
    for (const run of withSources(sealed, results)) {
      const same = await isSame(run, { folder, command: `${study.command} check`, say }, origins.get(run.id));
      if (run.id === sealed.id) return same;
      if (!same) {
        say(`${sealed.id} starts from it, so it can't be checked here.`);
        return false;
      }
    }
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// --- helpers ---

/** A run, after those that it can't do without: the oldest first. */
function withSources(run: RunResult, sealed: readonly RunResult[]): RunResult[] {
  const { source } = registry.build('pruner', run.spec.pruner);
  if (source === undefined) return [run];
  const found = sealed.find(({ id }) => id === source);
  if (!found) {
    const problem = `Run ${run.id} starts from run ${source}, which isn't sealed: it can't be trained again alone.`;
    throw new EspalierError('E_SEALED', `${problem} Seal both.`);
  }
  return [...withSources(found, sealed), run];
}

const registry = createRegistry([corePlugin, strPlugin, baselinesPlugin]);

async function isSame(sealed: RunResult, { folder, command, say }: Where, origin: Origin | undefined): Promise<boolean> {
  const { model, data, pruner, training, prunable = {}, seed, engine } = sealed.spec;
  const { runs } = await compare(
    { model, data, pruners: [pruner], training, prunable, seeds: seed, threads: engine.threads, runs: folder, report: false },
    { onLog: say, command },
  );
  const again = runs[0] as RunResult;
  const same = canonicalJson(withFieldsOf(sealed, again)) === canonicalJson(sealed);
  say(`${sealed.id}: sealed ${outcomeOf(sealed)}, again ${outcomeOf(again)}: ${same ? 'the same result' : 'another result'}`);
  const [then, now] = [origin?.engine.version, readRecord(path.join(folder, sealed.id))?.engine.version];
  if (!same && then !== now) {
    say(
      `It was trained with ${engine.name} ${then ?? 'of an unknown version'}, here with ${now}: processors with other vector instructions round differently.`,
    );
  }
  return same;
}

const withFieldsOf = (sealed: RunResult, again: RunResult) =>
  Object.fromEntries(Object.keys(sealed).map((key) => [key, again[key as keyof RunResult]]));

function notSealed(study: KeptStudy, id: string, results: readonly RunResult[]): EspalierError {
  const files = sealedFiles(study).map((file) => path.basename(file));
  const example = results[0] ? `, for example ${results[0].id}` : '';
  const where = files.length ? `Ids stand in ${files.join(' and ')}${example}.` : 'Seal some first.';
  return new EspalierError('E_SEALED', `None of the ${results.length} sealed runs has an id that begins with "${id}". ${where}`);
}

const outcomeOf = (result: RunResult): string =>
  result.status === 'finished' ? `${100 * result.accuracy} %` : `failed (${result.failure.message})`;
