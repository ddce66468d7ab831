import type { FinishedResult, LogEntry } from '@espalier/core/results';
import { groupBy } from '../run-groups.ts';
import { mean } from '../statistics.ts';

/** What `log.jsonl` says, by run id. */
export type Logs = ReadonlyMap<string, readonly LogEntry[]>;
export type StepEntry = Extract<LogEntry, { type: 'step' }>;

/** A line has at most this many points: more are not seen at a column's width. */
const MOST_POINTS = 120;

/** The steps that all runs with a log have recorded, oldest first, thinned evenly; each with the entries of all runs. */
export function commonSteps(runs: readonly FinishedResult[], logs: Logs): StepEntry[][] {
  const logged = runs.map((run) => stepsOf(logs.get(run.id) ?? [])).filter((entries) => entries.length > 0);
  const byStep = [...groupBy(logged.flat(), (entry) => entry.step).values()];
  const common = byStep.filter((entries) => entries.length === logged.length).sort(([a], [b]) => (a?.step ?? 0) - (b?.step ?? 0));
  if (common.length <= MOST_POINTS) return common;
  const indices = Array.from({ length: MOST_POINTS }, (_, index) => Math.round((index * (common.length - 1)) / (MOST_POINTS - 1)));
  return indices.map((index) => common[index] as StepEntry[]);
}

export const meanOf = (entries: readonly StepEntry[], value: (entry: StepEntry) => number): number => mean(entries.map(value));

// --- helpers ---

/** A run that was interrupted and resumed has some steps twice: the later ones count. */
const stepsOf = (entries: readonly LogEntry[]): StepEntry[] => [
  ...new Map(entries.filter((entry) => entry.type === 'step').map((entry) => [entry.step, entry])).values(),
];
