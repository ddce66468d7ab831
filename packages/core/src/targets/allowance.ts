import { targetImpossible } from '../errors.ts';
import type { Kernel } from '../kinds/pruner.ts';
import { keepCount } from '../masks/keep-counts.ts';
import type { Target } from './target.ts';

/** Which weights may be left: what one costs in each kernel, and what all of them may cost together. */
export interface Allowance {
  /** In the order of the kernels; whole numbers from 1 on. */
  readonly prices: readonly number[];
  readonly budget: number;
}

/** Kernels as far as their cost goes. */
export type Priced = Pick<Kernel, 'size' | 'uses'>;

/** `keep` weights, whichever they are. */
export const evenAllowance = (kernels: number, keep: number): Allowance => ({ prices: Array(kernels).fill(1), budget: keep });

/**
 * What a target allows when a fraction of the way to it is done.
 *
 *   sparsity       a weight costs 1; budget keepCount(N, fraction·sparsity)
 *   bytes          a weight costs 1; budget as a sparsity of 1 − k/N, k = ⌊(bytes·4·N − Σ⌈size/8⌉)/4⌋
 *   multiplyAdds   a weight costs its uses; budget ⌊(1 − fraction·(1 − multiplyAdds))·Σ size·uses⌋
 *
 * Throws `E_TARGET` where not a single weight would be left of a budget.
 */
export function allowanceOf(kernels: readonly Priced[], target: Target, fraction = 1): Allowance {
  const size = sum(kernels, (kernel) => kernel.size);
  if ('sparsity' in target) return evenAllowance(kernels.length, keepCount(size, target.sparsity * fraction));
  if ('bytes' in target) {
    const given = whole(target.bytes * 4 * size);
    const masks = sum(kernels, (kernel) => Math.ceil(kernel.size / 8));
    const keep = Math.min(size, Math.floor((given - masks) / 4));
    if (keep < 1) {
      const least = `the bit masks take ${masks} and one weight 4`;
      throw targetImpossible(`bytes: ${target.bytes} leaves ${given} of ${4 * size} bytes`, least, (masks + 4) / (4 * size));
    }
    return evenAllowance(kernels.length, keepCount(size, (1 - keep / size) * fraction));
  }
  const dense = sum(kernels, (kernel) => kernel.size * kernel.uses);
  const cheapest = Math.min(...kernels.map(({ uses }) => uses));
  const given = whole(target.multiplyAdds * dense);
  if (given < cheapest) {
    const asked = `multiplyAdds: ${target.multiplyAdds} leaves ${given} of ${dense} multiply-adds`;
    throw targetImpossible(asked, `a single weight takes ${cheapest}`, cheapest / dense);
  }
  return { prices: kernels.map(({ uses }) => uses), budget: whole((1 - fraction * (1 - target.multiplyAdds)) * dense) };
}

/** How many weights an allowance leaves of `size` in all, if all cost the same. */
export function evenCount({ prices, budget }: Allowance, size: number): number | undefined {
  const [price = 1] = prices;
  return prices.every((other) => other === price) ? Math.min(size, Math.floor(budget / price)) : undefined;
}

/** What numbers of weights cost. */
export const costOf = ({ prices }: Allowance, counts: readonly number[]): number =>
  prices.reduce((total, price, i) => total + price * (counts[i] as number), 0);

/** Whether numbers of weights fit, and no weight more would. */
export function usesUp(allowance: Allowance, counts: readonly number[], sizes: readonly number[]): boolean {
  const room = allowance.budget - costOf(allowance, counts);
  return room >= 0 && allowance.prices.every((price, i) => price > room || counts[i] === sizes[i]);
}

// --- helpers ---

/** Rounded down, but for the error of a product that should be a whole number. */
const whole = (value: number): number => Math.floor(value + 1e-4);

const sum = (kernels: readonly Priced[], value: (kernel: Priced) => number): number =>
  kernels.reduce((total, kernel) => total + value(kernel), 0);
