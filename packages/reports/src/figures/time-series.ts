import type { FinishedResult, LogEntry } from '@espalier/core/results';
import { groupBy } from '../run-groups.ts';
import { mean } from '../statistics.ts';

/** What `log.jsonl` says, by run id. */
export type Logs = ReadonlyMap<string, readonly LogEntry[]>;
export type StepEntry = Extract<LogEntry, { type: 'step' }>;

/** A line has at most this many points: more are not seen at a column's width. */
const MOST_POINTS = 120;

/** The steps that all runs with a log have recorded, oldest first, thinned evenly; each with the entries of all runs. */
export const commonSteps = (runs: readonly FinishedResult[], logs: Logs): StepEntry[][] => thinned(allCommonSteps(runs, logs));

/** As `commonSteps`, but all of them: for what is counted from one entry to the next. */
export function allCommonSteps(runs: readonly FinishedResult[], logs: Logs): StepEntry[][] {
  const logged = runs.map((run) => stepsOf(logs.get(run.id) ?? [])).filter((entries) => entries.length > 0);
  const byStep = [...groupBy(logged.flat(), (entry) => entry.step).values()];
  return byStep.filter((entries) => entries.length === logged.length).sort(([a], [b]) => (a?.step ?? 0) - (b?.step ?? 0));
}

export function thinned<T>(points: readonly T[]): T[] {
  if (points.length <= MOST_POINTS) return [...points];
  const indices = Array.from({ length: MOST_POINTS }, (_, index) => Math.round((index * (points.length - 1)) / (MOST_POINTS - 1)));
  return indices.map((index) => points[index] as T);
}

export const meanOf = (entries: readonly StepEntry[], value: (entry: StepEntry) => number): number => mean(entries.map(value));

// --- helpers ---

/** A run that was interrupted and resumed has some steps twice: the later ones count. */
const stepsOf = (entries: readonly LogEntry[]): StepEntry[] => [
  ...new Map(entries.filter((entry) => entry.type === 'step').map((entry) => [entry.step, entry])).values(),
];
