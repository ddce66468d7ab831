import path from 'node:path';
import { openRunFolder, settledResult } from '@espalier/core';
import { readSources } from '@espalier/reports';
import { type KeptStudy, runsOf, sealedFiles, type Where } from './study.ts';

/** Trains what is missing of the parts whose names begin with one of these, or of all. What is sealed isn't trained again. */
export async function train(study: KeptStudy, beginnings: readonly string[], say: Where['say']): Promise<void> {
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
