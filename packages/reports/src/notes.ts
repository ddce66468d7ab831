import type { FailedResult } from '@espalier/core/results';
import { askedText } from './asked.ts';
import { enumerate } from './format.ts';
import { groupBy, type RunGroup } from './run-groups.ts';
import type { Footnote } from './table.ts';

/** Names the kernels that a method left dense on purpose: they are no part of the sparsity. */
export function denseLayerNotes(groups: readonly Pick<RunGroup, 'setting' | 'method' | 'dense' | 'finished'>[]): Footnote[] {
  const methods = groups.flatMap(({ setting, method, dense, finished: [run] }) =>
    run && !dense
      ? [{ model: setting.model, method, layers: run.layers.filter((layer) => !layer.prunable).map((layer) => layer.name) }]
      : [],
  );
  const severalModels = new Set(methods.map(({ model }) => model)).size > 1;
  return [...groupBy(methods, ({ model }) => model)].flatMap(([model, entries]) => {
    const byLayers = groupBy(entries, ({ layers }) => layers.join(', '));
    return [...byLayers].flatMap(([layers, users]) => {
      if (!layers) return [];
      const who = byLayers.size > 1 ? ` by ${enumerate([...new Set(users.map(({ method }) => method))])}` : '';
      return [{ text: `Left dense${who}${severalModels ? ` in ${model}` : ''}, and no part of the prunable weights: ${layers}.` }];
    });
  });
}

/** A marked footnote for each group with failures. */
export function failureNotes(groups: readonly RunGroup[]): { readonly notes: Footnote[]; readonly marks: Map<RunGroup, string> } {
  const failing = groups.filter((group) => group.failed.length > 0);
  const marks = new Map(failing.map((group, index) => [group, markOf(index)]));
  const notes = failing.map((group) => {
    const reasons = [...groupBy(group.failed, reasonOf)].map(([text, runs]) => `${seedsOf(runs)} failed ${text}`);
    const at = group.requested === null ? '' : ` at ${askedText(group.requested)}`;
    return { mark: marks.get(group) as string, text: `${group.method}${at}: ${reasons.join('; ')}` };
  });
  return { notes, marks };
}

/** Of the n-th footnote: a to z, then aa, ab, ... */
export const markOf = (index: number): string =>
  (index < 26 ? '' : markOf(Math.floor(index / 26) - 1)) + String.fromCharCode(97 + (index % 26));

export const seedsOf = (runs: readonly { readonly seed: number }[]): string =>
  `${runs.length === 1 ? 'seed' : 'seeds'} ${enumerate(runs.map((run) => String(run.seed)))}`;

export function reasonOf({ failure: { code, message, step, layer, plugin } }: FailedResult): string {
  const where = [step !== undefined && `at step ${step}`, layer && `in ${layer}`, plugin && `in plugin ${plugin}`]
    .filter(Boolean)
    .join(' ');
  return `${where ? `${where}: ` : 'with: '}${message}${message.includes(code) ? '' : ` [${code}]`}`;
}
