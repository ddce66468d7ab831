import { shortPercent } from '../format.ts';
import { textWidth } from '../render/font.ts';
import { FONT_SIZE } from './theme.ts';

/**
 * A sparsity axis that is logarithmic in the weights left, 1 − sparsity: from 90 to 99 % is as far as from 0 to 90 %. On a linear
 * axis the sparsities that pruning is about, 95, 98 and 99 %, lie on top of each other.
 *
 * Charts plot the weights left; `labelExpr` turns them back into sparsity in percent.
 */
export interface SparsityAxis {
  /** Weights left, from few to many. */
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
  readonly labelExpr: string;
}

/** @param length Pixels, which decide how many ticks there is room for; `wanted` sparsities get theirs first. */
export function sparsityAxis(domain: readonly [number, number], length: number, wanted: readonly number[], across: boolean): SparsityAxis {
  const [least, most] = domain;
  const place = (sparsity: number) => (Math.log(most / (1 - sparsity)) / Math.log(most / least)) * length;
  const room = (sparsity: number) => (across ? textWidth(shortPercent(sparsity), FONT_SIZE) + 6 : FONT_SIZE + 3);
  const chosen: number[] = [];
  for (const sparsity of [...wanted, ...ROUND]) {
    const inside = 1 - sparsity >= least * (1 - 1e-9) && 1 - sparsity <= most * (1 + 1e-9);
    const free = chosen.every((other) => Math.abs(place(sparsity) - place(other)) >= (room(sparsity) + room(other)) / 2);
    if (inside && free) chosen.push(sparsity);
  }
  return { domain, ticks: chosen.sort((a, b) => a - b).map((sparsity) => 1 - sparsity), labelExpr: LABELS };
}

// --- helpers ---

/** Sparsities that a reader expects on an axis, the most welcome first. */
const ROUND = [0, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.5, 0.95, 0.98, 0.995, 0.8, 0.998, 0.7, 0.97, 0.96, 0.85, 0.94, 0.92, 0.6, 0.3];

const LABELS = "format((1 - datum.value) * 100, '.6~f')";
