import type { Check } from '../pruner-contract.ts';

/** A component that is broken in one way, and the check that is there to find it. Not part of the package. */
export interface Fault {
  /** What it does wrong: the end of "a pruner that ...". */
  readonly fault: string;
  /** Matches the name of the one check that is meant for it. */
  readonly check: RegExp;
  /** The contract of the broken component. */
  checks(): readonly Check[];
}

/** A fault per entry: what is wrong, the check that is meant for it, and what is broken. */
export type FaultTable<Broken> = Readonly<Record<string, readonly [check: RegExp, broken: Broken]>>;

export const faultsOf = <Broken>(table: FaultTable<Broken>, checks: (broken: Broken) => readonly Check[]): readonly Fault[] =>
  Object.entries(table).map(([fault, [check, broken]]) => ({ fault, check, checks: () => checks(broken) }));
