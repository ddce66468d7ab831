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
