import type { Kernel } from '../kinds/pruner.ts';

/** Weights that stay of `size` at a sparsity: the nearest whole number to (1 − sparsity)·size. */
export const keepCount = (size: number, sparsity: number): number => Math.round(size * (1 - sparsity));

/**
 * Whole numbers of weights to keep per kernel that meet the total exactly.
 *
 * Each kernel gets the whole part of (1 − its sparsity)·size; what is missing to `keepCount(total size, sparsity)` goes to the largest
 * remainders (Hamilton's method), the first kernel first among equals.
 *
 * @param targets Sparsity per kernel, in [0, 1], by name.
 */
export function keepCounts(
  kernels: readonly Kernel[],
  targets: ReadonlyMap<string, number>,
  sparsity: number,
): ReadonlyMap<string, number> {
  const wanted = kernels.map((kernel) => Math.min(1, Math.max(0, 1 - (targets.get(kernel.name) ?? 0))) * kernel.size);
  const counts = wanted.map((exact) => Math.floor(exact + 1e-6));
  const total = kernels.reduce((sum, kernel) => sum + kernel.size, 0);
  let missing = keepCount(total, sparsity) - counts.reduce((sum, count) => sum + count, 0);
  const remainder = (i: number) => (wanted[i] as number) - (counts[i] as number);
  const order = kernels.map((_, i) => i).sort((a, b) => remainder(b) - remainder(a));
  while (missing !== 0) {
    const step = Math.sign(missing);
    const before = missing;
    for (const i of step > 0 ? order : order.toReversed()) {
      const next = (counts[i] as number) + step;
      if (missing === 0 || next < 0 || next > (kernels[i] as Kernel).size) continue;
      counts[i] = next;
      missing -= step;
    }
    if (missing === before) break;
  }
  return new Map(kernels.map((kernel, i) => [kernel.name, counts[i] as number]));
}

/** What the official DNW and GMP code does instead: every kernel zeroes the whole part of sparsity·size, so the total can be missed. */
export const flooredKeepCounts = (kernels: readonly Kernel[], targets: ReadonlyMap<string, number>): ReadonlyMap<string, number> =>
  new Map(kernels.map((kernel) => [kernel.name, kernel.size - Math.floor((targets.get(kernel.name) ?? 0) * kernel.size)]));
