/** Something to time. What it returns is waited for, so that nothing is left for the next one to pay. */
export interface Subject {
  readonly name: string;
  step(): unknown;
}

export interface Plan {
  /** Steps of each subject before anything counts: compiling, caches, the processor's clock. */
  readonly warmUp: number;
  readonly rounds: number;
  /** Steps of each subject in a round; what happens every so many steps happens in every round if this is a multiple of it. */
  readonly steps: number;
}

/**
 * Milliseconds per step, by subject and round. In a round the subjects take turns after every step, so that what slows the machine down
 * slows all of them.
 */
export async function measure(subjects: readonly Subject[], { warmUp, rounds, steps }: Plan): Promise<Map<string, number[]>> {
  const times = new Map(subjects.map(({ name }) => [name, [] as number[]]));
  for (let i = 0; i < warmUp; i++) for (const subject of subjects) await subject.step();
  for (let round = 0; round < rounds; round++) {
    const spent = subjects.map(() => 0);
    for (let i = 0; i < steps; i++) {
      for (const [s, subject] of subjects.entries()) {
        const began = performance.now();
        await subject.step();
        spent[s] = (spent[s] as number) + performance.now() - began;
      }
    }
    for (const [s, { name }] of subjects.entries()) times.get(name)?.push((spent[s] as number) / steps);
  }
  return times;
}

/** Something that runs by itself for a while: a process that would keep the caches and cores of another waiting between single steps. */
export interface Side {
  readonly name: string;
  /** Does so many steps and returns the milliseconds of one. */
  run(steps: number): number | Promise<number>;
}

/** Tells whether other programs disturb a measurement. */
export interface Watch {
  /** Waits until the machine is quiet, but not for ever; at least so many milliseconds. */
  untilQuiet(atLeast: number): Promise<void>;
  /** Begins to look. The function that it gives tells whether the time since was disturbed; it, too, loses its patience. */
  begin(): Promise<() => Promise<boolean>>;
}

const UNWATCHED: Watch = {
  untilQuiet: (atLeast) => new Promise((resolve) => setTimeout(resolve, atLeast)),
  begin: async () => async () => false,
};

/** Milliseconds of rest before each turn: threads of the side that has stopped may spin for a while. */
export const REST = 20;

/**
 * Milliseconds per step, by side and round. In a round every side has one turn of `steps` steps. Before each turn come a rest and one step
 * that doesn't count, since the other side has had the caches (unless `untimed` is false). A round that other programs disturb is done again.
 */
export async function measureTurns(
  sides: readonly Side[],
  { warmUp, rounds, steps, untimed = true }: Plan & { readonly untimed?: boolean },
  watch: Watch = UNWATCHED,
): Promise<Map<string, number[]>> {
  const times = new Map(sides.map(({ name }) => [name, [] as number[]]));
  for (const side of sides) if (warmUp > 0) await side.run(warmUp);
  for (let round = 0; round < rounds; ) {
    const taken = await oneRound(sides, steps, untimed, watch);
    if (taken === undefined) continue;
    for (const [i, side] of sides.entries()) times.get(side.name)?.push(taken[i] as number);
    round++;
  }
  return times;
}

/** A side of this process. */
export const sideOf = ({ name, step }: Subject): Side => ({
  name,
  async run(steps) {
    const began = performance.now();
    for (let i = 0; i < steps; i++) await step();
    return (performance.now() - began) / steps;
  },
});

/** Times without a peer: medians over the rounds, in milliseconds. */
export interface Alone {
  readonly ours: number;
  readonly oursQuartiles: readonly [number, number];
  readonly rounds: number;
}

/** One thing against its peer. Times are medians over the rounds, in milliseconds. */
export interface Comparison extends Alone {
  readonly theirs: number;
  readonly theirsQuartiles: readonly [number, number];
  /** Median over the rounds of ours / theirs in the same round. */
  readonly ratio: number;
  /** 95 % interval of that median. */
  readonly ratioInterval: readonly [number, number];
}

export const timesAlone = (ours: readonly number[]): Alone => ({
  ours: quantile(ours, 0.5),
  oursQuartiles: quartiles(ours),
  rounds: ours.length,
});

/** Throws if there are fewer rounds than an interval needs. */
export function compareTimes(ours: readonly number[], theirs: readonly number[]): Comparison {
  const ratios = ours.map((time, round) => time / (theirs[round] as number));
  return {
    ...timesAlone(ours),
    theirs: quantile(theirs, 0.5),
    theirsQuartiles: quartiles(theirs),
    ratio: quantile(ratios, 0.5),
    ratioInterval: medianInterval(ratios),
  };
}

/** Against the peer if there is one. */
export const compareOrAlone = (ours: readonly number[], theirs: readonly number[] | undefined): Alone | Comparison =>
  theirs === undefined ? timesAlone(ours) : compareTimes(ours, theirs);

/** The value below which a share `p` of the values lies, linear between two of them (type 7 of Hyndman and Fan, 1996). */
export function quantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * p;
  const below = sorted[Math.floor(at)] as number;
  return below + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] as number) - below);
}

/** Rounds that a 95 % interval of a median needs at least. */
export const FEWEST_ROUNDS = 6;

/**
 * A 95 % interval of the median whatever the distribution: from the k-th smallest to the k-th largest value, with the largest k for which
 * P(fewer than k of n values lie below the median) ≤ 2.5 %, a binomial probability.
 */
export function medianInterval(values: readonly number[]): readonly [number, number] {
  const n = values.length;
  if (n < FEWEST_ROUNDS) throw new RangeError(`An interval of a median needs ${FEWEST_ROUNDS} values, not ${n}.`);
  const sorted = [...values].sort((a, b) => a - b);
  let k = 0;
  let probability = 0.5 ** n; // of exactly k below
  for (let below = probability; below <= 0.025; below += probability) {
    k++;
    probability *= (n - k + 1) / k;
  }
  return [sorted[k - 1] as number, sorted[n - k] as number];
}

// --- helpers ---

/** Undefined if it was disturbed. */
async function oneRound(sides: readonly Side[], steps: number, untimed: boolean, watch: Watch): Promise<number[] | undefined> {
  const taken: number[] = [];
  for (const side of sides) {
    await watch.untilQuiet(REST);
    const wasDisturbed = await watch.begin();
    if (untimed) await side.run(1);
    taken.push(await side.run(steps));
    if (await wasDisturbed()) return undefined;
  }
  return taken;
}

const quartiles = (values: readonly number[]): readonly [number, number] => [quantile(values, 0.25), quantile(values, 0.75)];
