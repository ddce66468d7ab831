import type { RunResult } from '@espalier/core/results';
import { type Asked, askedPhrase, askedSlug, byAsked } from '../asked.ts';
import { slug } from '../format.ts';
import { groupBy, groupRuns, type RunGroup } from '../run-groups.ts';
import { differences, sharedTerms } from '../settings.ts';
import { type MethodStyles, methodStyles } from './styles.ts';

/** The runs that share a figure. */
export interface Case {
  readonly groups: readonly RunGroup[];
  /** Of the figure's name; tells the cases apart. */
  readonly suffix: string;
  /** Model, data, epochs and seeds, for the caption. */
  readonly terms: string;
  /** Of all methods of the report, so that a method looks the same in each of its figures. */
  readonly styles: MethodStyles;
}

/** One case per model, data set, training and engine. Groups without a finished run are left out. */
export function casesBySetting(results: readonly RunResult[]): Case[] {
  const all = groupRuns(results);
  const styles = methodStyles(all.map((group) => group.method));
  const found = differences(all);
  const finished = all.filter((group) => group.finished.length > 0);
  return [...groupBy(finished, ({ setting }) => setting.key).values()].map((groups) => {
    const { setting } = groups[0] as RunGroup;
    const suffix = found.map(({ text }) => `-${slug(text(setting))}`).join('');
    return { groups, suffix, terms: sharedTerms(groups), styles };
  });
}

/** One case per setting and requested sparsity, without the dense control. */
export function casesBySparsity(results: readonly RunResult[]): (Case & { readonly requested: Asked })[] {
  return casesBySetting(results).flatMap(({ groups, suffix, styles }) => {
    const pruned = groups.filter((group) => !group.dense);
    return [...groupBy(pruned, ({ requested }) => requested)]
      .sort(([a], [b]) => byAsked(a, b))
      .map(([requested, members]) => ({
        groups: members,
        suffix: `${suffix}-${askedSlug(requested)}`,
        terms: sharedTerms(members),
        styles,
        requested,
      }));
  });
}

export const methodsOf = (groups: readonly RunGroup[]): string[] => [...new Set(groups.map((group) => group.method))];

/** "at 90 % requested sparsity", "with 10 % of the multiply-adds", "without a requested sparsity". */
export const atSparsity = (requested: Asked): string => askedPhrase(requested).trimStart() || 'without a requested sparsity';
