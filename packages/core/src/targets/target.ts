import * as z from 'zod';
import { budgetInUnit } from '../errors.ts';
import type { Schedule } from '../kinds/schedule.ts';
import { sparsityOption } from '../options.ts';

/**
 * What is asked of a network, in one of three units, of all pruned kernels together:
 *
 *   sparsity       share of the weights that is removed, in [0, 1)
 *   multiplyAdds   share of the dense multiply-adds of one example that may be left, in (0, 1]
 *   bytes          share of the dense bytes that may be left, in (0, 1]: 4 for each weight left and a bit mask of ⌈size/8⌉ for each kernel,
 *                  beside 4 for each weight of the dense one
 *
 * A pruner's promise is one of them, so `...target` in a pruner promises it.
 */
export type Target = { readonly sparsity: number } | { readonly multiplyAdds: number } | { readonly bytes: number };
export type TargetUnit = 'sparsity' | 'multiplyAdds' | 'bytes';

export const TARGET_UNITS: readonly TargetUnit[] = ['sparsity', 'multiplyAdds', 'bytes'];

const left = (of: string) =>
  z
    .number()
    .gt(0, 'must be in (0, 1]: a fraction of the dense network')
    .max(1, 'must be in (0, 1]: a fraction, 0.1 for 10 %')
    .optional()
    .describe(`Instead of a sparsity: fraction of the dense ${of} that may be left`);

/** Options of a pruner that meets a target in whatever unit. Giving two of them is refused. */
export const targetOptions = {
  sparsity: sparsityOption.default(0.9),
  multiplyAdds: left('multiply-adds'),
  bytes: left('bytes (4 for each weight, and a bit mask)'),
};

interface TargetGiven<Sparsity> {
  readonly sparsity: Sparsity;
  readonly multiplyAdds?: number | undefined;
  readonly bytes?: number | undefined;
}

/** The target that options name: another unit than sparsity goes before the sparsity, which has a default. Null runs free. */
export function targetOf(options: TargetGiven<number>): Target;
export function targetOf(options: TargetGiven<number | null>): Target | null;
export function targetOf({ sparsity, multiplyAdds, bytes }: TargetGiven<number | null>): Target | null {
  if (multiplyAdds !== undefined) return { multiplyAdds };
  if (bytes !== undefined) return { bytes };
  return sparsity === null ? null : { sparsity };
}

/** A target as `ThresholdSource.towards` is given one: a number is a sparsity. */
export const toTarget = (given: Target | number | null): Target | null => (typeof given === 'number' ? { sparsity: given } : given);

/** What a pruner promises, if it promises anything. */
export function promiseOf({ sparsity, multiplyAdds, bytes }: Partial<TargetGiven<number | undefined>>): Target | undefined {
  return targetOf({ sparsity: sparsity ?? null, multiplyAdds, bytes }) ?? undefined;
}

/** A target as its unit and its value. */
export function unitAndValue(target: Target): { readonly unit: TargetUnit; readonly value: number } {
  const [[unit, value]] = Object.entries(target) as [[TargetUnit, number]];
  return { unit, value };
}

/**
 * What a method promises that follows a schedule: the target where the schedule ends. Where each layer is rounded by itself a sparsity is
 * met only nearly, so nothing is promised.
 *
 * Throws `E_OPTIONS` for a budget of multiply-adds or bytes that would be missed by that, or by a schedule that stops short.
 */
export function promiseAtEnd(target: Target, schedule: Schedule, rounding: 'total' | 'layer' = 'total'): Partial<Target> {
  if ('sparsity' in target) return rounding === 'total' ? { sparsity: target.sparsity * schedule.at(1) } : {};
  const { unit } = unitAndValue(target);
  if (rounding === 'layer') throw budgetInUnit(unit, 'rounding: "layer" misses the total', 'Leave rounding out');
  if (schedule.at(1) !== 1) throw budgetInUnit(unit, `the schedule ends at ${schedule.at(1)} of the way`, 'Take one that ends at 1');
  return target;
}
