import type { Alone, Comparison } from './measure.ts';

/** A named measurement of something of ours against a peer. */
export interface Benchmark {
  readonly name: string;
  readonly summary: string;
  /** Threads of both sides unless the user gives others. */
  readonly threads: number;
  run(options: BenchmarkOptions): Promise<Measured>;
}

export interface BenchmarkOptions {
  /** Of the engine and of its peer. */
  readonly threads: number;
  /** Instead of the benchmark's own number of rounds. */
  readonly rounds?: number;
  /** Seconds to wait, in all, until other programs leave the machine alone. Default 120. */
  readonly patience?: number;
  /** Measures only what has this text in its name. */
  readonly only?: string;
  /** Takes a line when a part is done, or when something is missing. */
  readonly log: (line: string) => void;
}

export interface Measured {
  /** What took part: names and versions. */
  readonly versions: Readonly<Record<string, string>>;
  readonly parts: readonly Part[];
}

/** Results with one peer. */
export interface Part {
  /** What `theirs` is. */
  readonly peer: string;
  /** How it was measured, for the reader of the numbers. */
  readonly notes: readonly string[];
  readonly results: readonly Result[];
}

/** Without a peer there are no `theirs` and no `ratio`. */
export interface Result extends Alone, Partial<Omit<Comparison, keyof Alone>> {
  readonly name: string;
  readonly note?: string;
  /** Share of one core that other programs took meanwhile, where it was watched. Above 0.1, don't trust the ratio. */
  readonly others?: number;
}
