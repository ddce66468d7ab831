import type { FailedResult, FinishedResult, RunResult, Study, StudyRun } from '@espalier/core/results';
import { type Asked, askedOf, askedText, byAsked } from './asked.ts';
import { referenceUnknown } from './errors.ts';
import { enumerate, slug } from './format.ts';
import { groupBy, isDense, labelNamed, type Setting, settingOf } from './run-groups.ts';
import { type Difference, differences, sharedTerms } from './settings.ts';

/** The runs of one point of a study at one requested sparsity: they differ in nothing but the seed. */
export interface StudyPoint {
  /** The value's label on each axis. */
  readonly at: Readonly<Record<string, string>>;
  readonly requested: Asked;
  readonly setting: Setting;
  /** By seed. */
  readonly finished: readonly FinishedResult[];
  readonly failed: readonly FailedResult[];
  readonly missing: readonly StudyRun[];
}

/** What may stand in one table: one model and one data set, and terms that differ by nothing but the axes. */
export interface StudySlice {
  /** In the order of the study. */
  readonly points: readonly StudyPoint[];
  /** Dense runs on the same terms, where all points share theirs. */
  readonly dense: readonly FinishedResult[];
  /** How this slice differs from the others; empty if it is the only one. */
  readonly suffix: string;
  /** "lenet5 on mnist, 10 epochs, seeds 0, 1 and 2" */
  readonly terms: string;
  /** Terms that an axis varies. */
  readonly varied: readonly Difference[];
}

/** Lays the results out by what the study set out to run. */
export function slicesOf(study: Study, results: readonly RunResult[]): StudySlice[] {
  const byId = new Map(results.map((result) => [result.id, result]));
  const parts = study.runs.length && settingFollowsAxes(study.runs) ? [study.runs] : onEqualTerms(study.runs);
  const between = differences(parts.map(([run]) => ({ setting: settingOf(run as StudyRun) })));
  return parts.map((runs): StudySlice => {
    const points = [...groupBy(runs, pointKey).values()].map((same) => pointOf(same, byId));
    const settings = new Set(points.map(({ setting }) => setting.key));
    const setting = (points[0] as StudyPoint).setting;
    const dense = settings.size > 1 ? [] : results.filter((result) => isDense(result) && settingKey(result) === setting.key);
    return {
      points,
      dense: [...new Map(dense.map((run) => [run.id, run])).values()].filter((run) => run.status === 'finished').sort(bySeed),
      suffix: between.map(({ text }) => `-${slug(text(setting))}`).join(''),
      terms: sharedTerms(points),
      varied: differences(points),
    };
  });
}

/** The results that a study's tables rest on: its own, and dense runs on equal terms. */
export function resultsOfStudy({ runs }: Study, results: readonly RunResult[]): RunResult[] {
  const own = new Set(runs.map(({ id }) => id));
  const terms = new Set(runs.map(settingKey));
  return results.filter((result) => own.has(result.id) || (isDense(result) && terms.has(settingKey(result))));
}

/** The labels that Δ is taken against: the base, or the base with the value that is named. Throws `E_REFERENCE` for an unknown value. */
export function referenceOf({ axes }: Study, named?: string): Record<string, string> {
  const reference = named === undefined || axes.some(({ values }) => values.includes(named)) ? named : labelNamed(named);
  const holding = axes.filter(({ values }) => reference !== undefined && values.includes(reference));
  if (reference !== undefined && !holding.length) throw referenceUnknown(reference, [...new Set(axes.flatMap(({ values }) => values))]);
  return Object.fromEntries(axes.map((axis) => [axis.name, holding.includes(axis) ? (reference as string) : axis.base]));
}

/** The labels of the base on every axis. */
export const baseOf = ({ axes }: Study): Record<string, string> => Object.fromEntries(axes.map(({ name, base }) => [name, base]));

export const pointAt = (points: readonly StudyPoint[], at: Readonly<Record<string, string>>, requested: Asked) =>
  points.find((point) => point.requested === requested && Object.entries(at).every(([axis, label]) => point.at[axis] === label));

/** What was asked for: sparsities in rising order, then budgets. */
export const sparsitiesOf = (points: readonly StudyPoint[]): Asked[] =>
  [...new Set(points.map(({ requested }) => requested))].sort(byAsked);

export const idsOf = ({ finished, failed }: StudyPoint): string[] => [...finished, ...failed].map((run) => run.id);

export const seedsAsked = ({ finished, failed, missing }: StudyPoint): number => finished.length + failed.length + missing.length;

/** "exp × straight-through at 90 %"; one at a time only what is not the base's: "estimator straight-through at 90 %". */
export function pointName({ mode, axes }: Study, { at, requested }: Pick<StudyPoint, 'at' | 'requested'>): string {
  const changed = axes.filter(({ name, base }) => at[name] !== base);
  const alone = changed.length ? enumerate(changed.map(({ name }) => `${name} ${at[name]}`)) : 'the base';
  const name = mode === 'grid' ? axes.map((axis) => at[axis.name]).join(' × ') : alone;
  return requested === null ? name : `${name} at ${askedText(requested)}`;
}

// --- helpers ---

const settingKey = (run: Pick<StudyRun, 'spec'>): string => settingOf(run).key;

const pointKey = ({ at, ...run }: StudyRun): string =>
  [
    ...Object.entries(at)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flat(),
    askedOf(run),
  ].join('\n');

/** Models and data sets apart, then terms that follow no axis. */
function onEqualTerms(runs: readonly StudyRun[]): (readonly StudyRun[])[] {
  const groups = groupBy(runs, (run) => `${settingOf(run).model} ${settingOf(run).data}`);
  return [...groups.values()].flatMap((some) => (settingFollowsAxes(some) ? [some] : [...groupBy(some, settingKey).values()]));
}

const settingFollowsAxes = (runs: readonly StudyRun[]): boolean =>
  [...groupBy(runs, pointKey).values()].every((same) => new Set(same.map(settingKey)).size === 1);

const bySeed = (a: { readonly seed: number }, b: { readonly seed: number }): number => a.seed - b.seed;

function pointOf(runs: readonly StudyRun[], byId: ReadonlyMap<string, RunResult>): StudyPoint {
  const first = runs[0] as StudyRun;
  const { at } = first;
  const asked = [...new Map(runs.map((run) => [run.id, run])).values()].sort((a, b) => bySeed(a.spec, b.spec));
  const results = asked.flatMap(({ id }) => byId.get(id) ?? []);
  return {
    at,
    requested: askedOf(runs[0] as StudyRun),
    setting: settingOf(first),
    finished: results.filter((run) => run.status === 'finished'),
    failed: results.filter((run) => run.status === 'failed'),
    missing: asked.filter(({ id }) => !byId.has(id)),
  };
}
