/** A number as it was printed, and how finely. */
export interface Printed {
  readonly value: number;
  /** Of the last digit: 0.01 million for "2.49M". */
  readonly unit: number;
}

const FACTORS: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9, x: 1 };

/** "2.49M", "8200", "0.24x". */
export function parsePrinted(text: string): Printed {
  const [, whole = '', decimals = '', suffix = ''] = text.match(/^(\d+)(?:\.(\d+))?([kMGx]?)$/) ?? [];
  if (!whole) throw new Error(`"${text}" is no printed number`);
  const factor = FACTORS[suffix] as number;
  return { value: Number(`${whole}.${decimals || 0}`) * factor, unit: factor / 10 ** decimals.length };
}

/** Whether a count, rounded as finely, is what was printed. */
export const roundsTo = (counted: number, { value, unit }: Printed): boolean => Math.abs(counted - value) <= unit * (0.5 + 1e-9);

/** How far a count is from what was printed, as a fraction of it. */
export const deviation = (counted: number, { value }: Printed): number => counted / value - 1;
