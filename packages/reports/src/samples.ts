import type { FinishedResult } from '@espalier/core/results';
import { confidenceInterval, mean, sampleDeviation } from './statistics.ts';
import type { Cell } from './table.ts';

/** One number of one seed, and the runs that it comes from. */
export interface Sample {
  readonly seed: number;
  readonly value: number;
  readonly runs: readonly string[];
}

export const samplesOf = (runs: readonly FinishedResult[], value: (run: FinishedResult) => number): Sample[] =>
  runs.map((run) => ({ seed: run.seed, value: value(run), runs: [run.id] }));

/** Mean and sample deviation over the seeds; null without a sample. */
export function meanCell(samples: readonly Sample[]): Cell {
  const values = samples.map(({ value }) => value);
  const runs = samples.flatMap((sample) => sample.runs);
  if (!values.length) return { value: null, runs };
  const deviation = sampleDeviation(values);
  return { value: mean(values), n: values.length, runs, ...(deviation !== undefined && { deviation }) };
}

/** `own` minus `other`, seed by seed; seeds that one of them lacks are left out. */
export function pairedBySeed(own: readonly Sample[], other: readonly Sample[]): Sample[] {
  const others = new Map(other.map((sample) => [sample.seed, sample]));
  return own.flatMap((sample) => {
    const partner = others.get(sample.seed);
    return partner ? [{ seed: sample.seed, value: sample.value - partner.value, runs: [...sample.runs, ...partner.runs] }] : [];
  });
}

/** Mean of the paired differences with its confidence interval. */
export function differenceCell(own: readonly Sample[], other: readonly Sample[]): Cell {
  const differences = pairedBySeed(own, other);
  const interval = confidenceInterval(differences.map(({ value }) => value));
  return { ...meanCell(differences), ...(interval && { interval }) };
}
