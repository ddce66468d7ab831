import path from 'node:path';
import { EspalierError, openRunFolder, settledResult } from '@espalier/core';
import { readSources } from '@espalier/reports';
import { type KeptStudy, runsOf, sealedFiles, type Where } from './study.ts';

/**
 * Trains what is missing of the parts whose names begin with one of these, or of all. What is sealed isn't trained again.
 *
 * @throws `E_USAGE` for a beginning that no part's name has.
 */
export async function train(study: KeptStudy, beginnings: readonly string[], say: Where['say']): Promise<void> {
  const unknown = beginnings.find((beginning) => !study.parts.some(({ name }) => name.startsWith(beginning)));
  if (unknown !== undefined) throw partUnknown(study, unknown);
  restore(study);
  const isChosen = ({ name }: { readonly name: string }) =>
    !beginnings.length || beginnings.some((beginning) => name.startsWith(beginning));
  for (const part of study.parts.filter(isChosen)) await part.train({ folder: study.folder, command: study.command, say });
}

// --- helpers ---

/** Puts the sealed results back where runs are kept. */
function restore(study: KeptStudy): void {
  const runs = runsOf(study);
  for (const result of readSources(sealedFiles(study)).results) {
    if (!settledResult(runs, result.id)) openRunFolder(path.join(runs, result.id)).writeResult(result);
  }
}

const partUnknown = ({ parts }: KeptStudy, beginning: string) =>
  new EspalierError('E_USAGE', `No part has a name that begins with "${beginning}". Parts: ${parts.map(({ name }) => name).join(', ')}.`);
