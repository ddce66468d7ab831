import type { RunResult, Study } from '@espalier/core/results';
import type { Asked } from './asked.ts';
import type { Sample } from './samples.ts';
import { samplesOf } from './samples.ts';
import { mean } from './statistics.ts';
import { pointAt, type StudyPoint } from './study-points.ts';

/** A study that swaps budgets and selections, with the names of its axes at hand. */
export interface SwapStudy extends Study {
  readonly swap: NonNullable<Study['swap']>;
  /** The axis of the budgets, that of the selections, and what stands there for a method as it is. */
  readonly budgets: string;
  readonly selections: string;
  readonly own: string;
  readonly methods: readonly string[];
}

/** Undefined for a study that swaps nothing. */
export function asSwap(study: Study): SwapStudy | undefined {
  const [budgets, selections] = study.axes;
  if (!study.swap || !budgets || !selections) return undefined;
  const names = { budgets: budgets.name, selections: selections.name, own: selections.base, methods: budgets.values };
  return { ...study, swap: study.swap, ...names };
}

export const selectionsOf = ({ swap }: SwapStudy): string[] => [...new Set(Object.values(swap.selectionOf))];

/** The study without its controls: each method as it is, and every selection on every budget. */
export const matrixOf = (swap: SwapStudy): Study => within(swap, [swap.own, ...selectionsOf(swap)]);

/** The study without its exchanges: each method as it is, and its controls. */
export const controlsOf = (swap: SwapStudy): Study => within(swap, [swap.own, ...swap.swap.controls]);

/** Runs that are a method as it is, or no part of a swap: what stands beside runs of a comparison. Others carry a budget of their own in their name. */
export function withoutSwapped(results: readonly RunResult[], studies: readonly Study[]): RunResult[] {
  const swaps = studies.flatMap((study) => asSwap(study) ?? []);
  const own = new Set(swaps.flatMap((swap) => swap.runs.flatMap(({ id, at }) => (at[swap.selections] === swap.own ? [id] : []))));
  const swapped = new Set(swaps.flatMap((swap) => swap.runs.map(({ id }) => id)));
  return results.filter(({ id }) => own.has(id) || !swapped.has(id));
}

/** Accuracy by budget and selection, at one sparsity, for the seeds that have every cell. */
export interface SwapCells {
  readonly seeds: readonly number[];
  /** By budget and selection; only of those seeds. */
  at(budget: string, selection: string): readonly Sample[];
}

export function swapCells(swap: SwapStudy, points: readonly StudyPoint[], requested: Asked): SwapCells {
  const selections = selectionsOf(swap);
  const samples = (budget: string, selection: string): Sample[] => {
    const point = pointAt(points, { [swap.budgets]: budget, [swap.selections]: selection }, requested);
    return samplesOf(point?.finished ?? [], (run) => run.accuracy);
  };
  const all = swap.methods.flatMap((budget) => selections.map((selection) => samples(budget, selection)));
  const seeds = (all[0] ?? []).map(({ seed }) => seed).filter((seed) => all.every((cell) => cell.some((sample) => sample.seed === seed)));
  return { seeds, at: (budget, selection) => samples(budget, selection).filter(({ seed }) => seeds.includes(seed)) };
}

/** Seed by seed, the mean of several numbers. */
export function meanBySeed(cells: readonly (readonly Sample[])[]): Sample[] {
  return (cells[0] ?? []).map(({ seed }) => {
    const own = cells.map((cell) => cell.find((sample) => sample.seed === seed) as Sample);
    return { seed, value: mean(own.map(({ value }) => value)), runs: [...new Set(own.flatMap(({ runs }) => runs))] };
  });
}

/**
 * How the cells' means over the seeds vary: the shares of budgets, of selections, and of what neither explains by itself, of the sum of
 * squares around the mean of all. They add up to 1. Undefined where nothing varies.
 *
 *   y_bs − ȳ = (ȳ_b − ȳ) + (ȳ_s − ȳ) + interaction
 */
export function sharesOfVariation(
  cells: readonly (readonly number[])[],
): { readonly allocation: number; readonly selection: number; readonly interaction: number } | undefined {
  const rows = cells.map(mean);
  const columns = (cells[0] ?? []).map((_, i) => mean(cells.map((row) => row[i] as number)));
  const all = mean(rows);
  const squares = (values: readonly number[]) => values.reduce((sum, value) => sum + (value - all) ** 2, 0);
  const total = squares(cells.flat());
  if (!(total > 0)) return undefined;
  const allocation = (squares(rows) * columns.length) / total;
  const selection = (squares(columns) * rows.length) / total;
  return { allocation, selection, interaction: Math.max(0, 1 - allocation - selection) };
}

// --- helpers ---

function within(swap: SwapStudy, selections: readonly string[]): Study {
  const { format, name, command, mode } = swap;
  const axes = swap.axes.map((axis) => (axis.name === swap.selections ? { ...axis, values: [...selections] } : axis));
  return { format, name, command, mode, axes, runs: swap.runs.filter(({ at }) => selections.includes(at[swap.selections] as string)) };
}
