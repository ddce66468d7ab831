import { niceStep } from './nice-step.ts';

/** Ticks of a logarithmic axis of counts: 1, 2 and 5 times powers of ten, or evenly spaced ones where it spans too little for two of those. */
export function countTicks(least: number, most: number): number[] {
  const powers = Array.from({ length: 16 }, (_, power) => 10 ** power);
  const round = powers.flatMap((power) => [power, 2 * power, 5 * power]).filter((value) => value >= least && value <= most);
  if (round.length > 1) return round;
  const step = niceStep((most - least) / 4);
  const first = Math.ceil(least / step);
  return Array.from({ length: Math.floor(most / step) - first + 1 }, (_, index) => (first + index) * step);
}
