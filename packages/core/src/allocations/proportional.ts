import * as z from 'zod';
import { EspalierError } from '../errors.ts';
import type { Kernel } from '../kinds/pruner.ts';

/** Option of allocations: layers whose sparsity is given, for the total of which the others make up. */
export const fixedOption = z
  .record(z.string(), z.number().min(0).max(1, 'must be in [0, 1]: a fraction, 0.9 for 90 %'))
  .default({})
  .describe('Sparsity of named layers, 0 for dense; the others make up for it in the total');

/**
 * Densities in proportion to `raw`, none above 1, that leave a share `density` of all weights.
 *
 *   density_ℓ = ε·raw_ℓ,   ε solves  Σ_{ℓ not dense} ε·raw_ℓ·N_ℓ + Σ_{ℓ dense} N_ℓ + Σ_{ℓ fixed} (1 − s_ℓ)·N_ℓ = density·Σ N_ℓ
 *
 * Layers with the largest raw density become dense as long as it would exceed 1, and ε is solved for again.
 *
 * @param raw   One number from 0 on for each kernel.
 * @param fixed Sparsity of layers that are not free, by name.
 * @throws {EspalierError} `E_ALLOCATION` if no densities meet the total, or if `fixed` names a layer that there isn't.
 */
export function proportionalDensities(
  kernels: readonly Kernel[],
  raw: readonly number[],
  density: number,
  fixed: Readonly<Record<string, number>> = {},
): number[] {
  const sizes = kernels.map((kernel) => kernel.size);
  const total = sizes.reduce((sum, n) => sum + n, 0);
  const given = givenDensities(kernels, fixed);
  const dense = new Set<number>();
  for (;;) {
    let budget = density * total;
    let weight = 0;
    sizes.forEach((size, i) => {
      const own = given.get(i);
      if (own !== undefined) budget -= own * size;
      else if (dense.has(i)) budget -= size;
      else weight += (raw[i] as number) * size;
    });
    if (given.size || weight === 0) checkRoom(budget, weight, density, total, fixed);
    const epsilon = weight > 0 ? Math.max(0, budget) / weight : 0;
    const largest = Math.max(0, ...raw.map((r, i) => (dense.has(i) || given.has(i) ? 0 : r)));
    if (epsilon * largest <= 1) return raw.map((r, i) => given.get(i) ?? (dense.has(i) ? 1 : r * epsilon));
    raw.forEach((r, i) => {
      if (r === largest && !given.has(i)) dense.add(i);
    });
  }
}

// --- helpers ---

function givenDensities(kernels: readonly Kernel[], fixed: Readonly<Record<string, number>>): Map<number, number> {
  const names = kernels.map(({ name }) => name);
  const unknown = Object.keys(fixed).filter((name) => !names.includes(name));
  if (unknown.length) throw unknownLayers(unknown, names);
  return new Map(names.flatMap((name, i) => (Object.hasOwn(fixed, name) ? [[i, 1 - (fixed[name] as number)]] : [])));
}

/** Whether the layers that are free can leave `budget` weights, up to the rounding of whole weights. */
function checkRoom(budget: number, weight: number, density: number, total: number, fixed: Readonly<Record<string, number>>): void {
  const asked = `Sparsity ${Number((1 - density).toPrecision(6))} leaves ${Math.round(density * total)} of ${total} weights`;
  const who = Object.keys(fixed).length ? `the fixed layers (${Object.keys(fixed).join(', ')})` : 'the layers that are dense';
  if (budget < -1) throw impossible(`${asked}, but ${who} alone keep ${Math.round(-budget)} more.`, 'Lower the sparsity, or raise theirs.');
  if (weight === 0 && budget > 1) {
    throw impossible(
      `${asked}, but ${Math.round(budget)} of them have no place: ${who} keep fewer, and no other layer may keep any.`,
      'Raise the sparsity, or lower theirs.',
    );
  }
}

const impossible = (problem: string, advice: string) => new EspalierError('E_ALLOCATION', `${problem} ${advice}`);

const unknownLayers = (unknown: readonly string[], known: readonly string[]) =>
  impossible(`"fixed" names ${quoted(unknown)}, which is no layer to prune.`, `Layers: ${quoted(known)}.`);

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
