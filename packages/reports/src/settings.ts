import { canonicalJson, type StudyRun } from '@espalier/core/results';
import { enumerate } from './format.ts';
import { optionsText, type RunGroup, type Setting } from './run-groups.ts';
import type { Cell, Column, Footnote } from './table.ts';

/** One way in which the runs of a table differ, besides method and seed. */
export interface Difference {
  readonly column: Column;
  text(setting: Setting): string;
}

/** The columns that a table needs so that no reader takes runs on different terms for comparable. */
export function differences(groups: readonly { readonly setting: Setting }[]): Difference[] {
  const settings = groups.map((group) => group.setting);
  const varying = varyingTraining(settings);
  const candidates: Difference[] = [
    difference('model', 'Model', (setting) => setting.model),
    difference('data', 'Data', (setting) => setting.data),
    difference('training', 'Training', ({ training }) =>
      varying.map((key) => (key in training ? optionsText({ [key]: training[key] }) : `${key}=default`)).join(', '),
    ),
    difference('engine', 'Engine', (setting) => setting.engine),
    difference('prunable', 'Pruned kernels', (setting) => setting.prunable),
  ];
  return candidates.filter(({ text }) => new Set(settings.map(text)).size > 1);
}

export function differenceNotes(found: readonly Difference[]): Footnote[] {
  if (!found.length) return [];
  const names = enumerate(found.map(({ column }) => column.label.toLowerCase()));
  return [
    { text: `The runs differ in ${names}: each row is averaged over runs on equal terms, but rows on different terms do not compare.` },
  ];
}

export const differenceCells = (found: readonly Difference[], setting: Setting, runs: readonly string[]): Record<string, Cell> =>
  Object.fromEntries(found.map(({ column, text }) => [column.key, { value: text(setting), runs }]));

/** What all runs share: "lenet5 on mnist, 10 epochs (batchSize=64), seeds 0, 1 and 2". */
export function sharedTerms(
  groups: readonly (Pick<RunGroup, 'setting' | 'finished' | 'failed'> & { readonly missing?: readonly StudyRun[] })[],
): string {
  const settings = groups.map((group) => group.setting);
  const finished = groups.flatMap((group) => group.finished);
  const runs = groups.flatMap((group) => [...group.finished, ...group.failed, ...(group.missing ?? [])]);
  const epochs = only(finished.map((run) => run.epochs));
  const model = only(settings.map((setting) => setting.model));
  const data = only(settings.map((setting) => setting.data));
  const training = only(settings.map((setting) => canonicalJson(setting.training))) && settings[0]?.training;
  const { epochs: _, ...options } = training || {};
  const seeds = [...new Set(runs.map(({ spec }) => spec.seed))].sort((a, b) => a - b);
  const parts = [
    [model, data && `on ${data}`].filter(Boolean).join(' '),
    [epochs && (epochs === 1 ? '1 epoch' : `${epochs} epochs`), Object.keys(options).length > 0 && `(${optionsText(options)})`]
      .filter(Boolean)
      .join(' '),
    seeds.length > 0 && `${seeds.length === 1 ? 'seed' : 'seeds'} ${enumerate(seeds.map(String))}`,
  ];
  return parts.filter(Boolean).join(', ');
}

// --- helpers ---

const difference = (key: string, label: string, text: Difference['text']): Difference => ({
  column: { key, label, format: 'text', align: 'left', identifies: true },
  text,
});

const only = <T>(values: readonly T[]): T | undefined => (new Set(values).size === 1 ? values[0] : undefined);

function varyingTraining(settings: readonly Setting[]): string[] {
  const keys = [...new Set(settings.flatMap(({ training }) => Object.keys(training)))].sort();
  return keys.filter((key) => new Set(settings.map(({ training }) => canonicalJson(training[key] ?? null))).size > 1);
}
