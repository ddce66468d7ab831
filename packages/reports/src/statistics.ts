import { studentT } from './student-t.ts';

/** Of equal values exactly that value, so that their deviation is exactly 0. */
export function mean(values: readonly number[]): number {
  const [first = Number.NaN] = values;
  return values.every((value) => value === first) ? first : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** √(Σ(x − mean)² / (n − 1)); undefined for fewer than two values. */
export function sampleDeviation(values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

/** Of every interval in a report. */
export const CONFIDENCE = 0.95;

/** mean ± t · deviation / √n, with Student's t for n − 1 degrees of freedom; undefined for fewer than two values. */
export function confidenceInterval(values: readonly number[]): readonly [low: number, high: number] | undefined {
  const deviation = sampleDeviation(values);
  if (deviation === undefined) return undefined;
  const half = (studentT(CONFIDENCE, values.length - 1) * deviation) / Math.sqrt(values.length);
  return [mean(values) - half, mean(values) + half];
}
