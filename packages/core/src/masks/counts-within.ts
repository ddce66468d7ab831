import { targetImpossible } from '../errors.ts';
import type { Kernel } from '../kinds/pruner.ts';
import { type Allowance, costOf } from '../targets/allowance.ts';

type Counts = ReadonlyMap<string, number>;

/**
 * Numbers of weights that follow an allocation and use a budget up: those of the lowest sparsity at which they fit, found by bisection over
 * the number of weights; then whole weights for what is left, each to the kernel whose weights cost most among those that still fit, the
 * first of equals. So few weights are off the allocation, and what is left is less than the price of any weight that is pruned.
 *
 * @param countsAt The allocation's numbers at a sparsity, rounded. May throw where the allocation can't give it.
 * @throws `E_TARGET` if nothing that the allocation gives fits; what `countsAt` throws, if it gives nothing.
 */
export function countsWithin(kernels: readonly Kernel[], countsAt: (sparsity: number) => Counts, allowance: Allowance): Counts {
  const size = kernels.reduce((sum, kernel) => sum + kernel.size, 0);
  const tried = (keep: number): { readonly counts: number[]; readonly cost: number } | undefined => {
    try {
      const counts = countsAt(1 - keep / size);
      const own = kernels.map(({ name }) => counts.get(name) as number);
      return { counts: own, cost: costOf(allowance, own) };
    } catch {
      return undefined;
    }
  };
  const given = givenBy(size, (keep) => tried(keep) !== undefined);
  if (given === undefined) countsAt(1 - Math.round(size / 2) / size); // throws the allocation's own reason
  let fits: number[] | undefined;
  let [low, high] = [-1, size + 1];
  while (high - low > 1) {
    const keep = Math.floor((low + high) / 2);
    const found = tried(keep);
    if (found ? found.cost <= allowance.budget : keep < (given as number)) {
      low = keep;
      fits = found?.counts ?? fits;
    } else high = keep;
  }
  if (!fits) throw nothingFits(allowance, tried(high)?.cost);
  return new Map(filled(kernels, fits, allowance).map((count, i) => [(kernels[i] as Kernel).name, count]));
}

// --- helpers ---

/** Numbers of weights that are tried to find one that the allocation gives; fixed layers rule some out. */
const TRIES = 64;

function givenBy(size: number, isGiven: (keep: number) => boolean): number | undefined {
  for (let i = 0; i <= TRIES; i++) {
    const keep = Math.round((size * i) / TRIES);
    if (isGiven(keep)) return keep;
  }
  return undefined;
}

function filled(kernels: readonly Kernel[], counts: readonly number[], { prices, budget }: Allowance): number[] {
  const full = [...counts];
  let room = budget - costOf({ prices, budget }, counts);
  const dearestFirst = prices.map((_, i) => i).sort((a, b) => (prices[b] as number) - (prices[a] as number));
  for (const i of dearestFirst) {
    const price = prices[i] as number;
    const more = Math.min(Math.floor(room / price), (kernels[i] as Kernel).size - (full[i] as number));
    full[i] = (full[i] as number) + more;
    room -= more * price;
  }
  return full;
}

const nothingFits = ({ budget }: Allowance, least: number | undefined) =>
  targetImpossible(
    `The budget is ${budget} multiply-adds`,
    least === undefined ? 'the allocation keeps more than that at any sparsity' : `the least that the allocation keeps costs ${least}`,
  );
