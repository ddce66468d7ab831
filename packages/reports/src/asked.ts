import type { TargetInUnit } from '@espalier/core/results';
import { shortPercent, slug } from './format.ts';

/**
 * What was asked of a run: a sparsity, a share of the dense multiply-adds or bytes that may be left, or nothing. Equal ones are equal by ===,
 * so that runs can be told apart and put together by it; a budget is never taken for a sparsity.
 */
export type Asked = number | null | `${TargetInUnit['unit']} ${number}`;

export const askedOf = ({ requested, target }: { readonly requested: number | null; readonly target?: TargetInUnit | undefined }): Asked =>
  target ? `${target.unit} ${target.value}` : requested;

/** Nothing first, then sparsities in rising order, then budgets of a unit from the largest on. */
export function byAsked(a: Asked, b: Asked): number {
  const [unitA, valueA] = parts(a);
  const [unitB, valueB] = parts(b);
  return UNITS.indexOf(unitA) - UNITS.indexOf(unitB) || valueA - valueB;
}

/** The sparsity, if one was asked for: what an axis of sparsities can mark. */
export const sparsityAsked = (asked: Asked): number | null => (typeof asked === 'string' ? null : asked);

/** The budget, if one was asked for, in its unit. */
export function budgetAsked(asked: Asked): TargetInUnit | null {
  if (typeof asked !== 'string') return null;
  const [unit, value] = asked.split(' ') as [TargetInUnit['unit'], string];
  return { unit, value: Number(value) };
}

/** "90 %", "10 % of the multiply-adds"; "free" for nothing. */
export function askedText(asked: Asked): string {
  const budget = budgetAsked(asked);
  if (budget) return `${shortPercent(budget.value)} % of the ${UNIT_NAMES[budget.unit]}`;
  return asked === null ? 'free' : `${shortPercent(asked as number)} %`;
}

/** " at 90 % requested sparsity", " with 10 % of the multiply-adds"; nothing for nothing. */
export function askedPhrase(asked: Asked): string {
  if (asked === null) return '';
  return typeof asked === 'string' ? ` with ${askedText(asked)}` : ` at ${askedText(asked)} requested sparsity`;
}

/** Part of a file's name. */
export function askedSlug(asked: Asked): string {
  const budget = budgetAsked(asked);
  if (budget) return `${slug(UNIT_NAMES[budget.unit])}-${shortPercent(budget.value)}`;
  return asked === null ? 'free' : shortPercent(asked as number);
}

export const UNIT_NAMES: Readonly<Record<TargetInUnit['unit'], string>> = { multiplyAdds: 'multiply-adds', bytes: 'bytes' };

// --- helpers ---

const UNITS = ['nothing', 'sparsity', 'multiplyAdds', 'bytes'];

function parts(asked: Asked): [unit: string, order: number] {
  const budget = budgetAsked(asked);
  if (budget) return [budget.unit, -budget.value];
  return asked === null ? ['nothing', 0] : ['sparsity', asked as number];
}
