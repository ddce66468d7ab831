import { describe, expect, it } from 'vitest';
import { accuracyAxis } from './accuracy-axis.ts';
import { countTicks } from './count-ticks.ts';
import { sparsityAxis } from './sparsity-axis.ts';

const sparsities = (ticks: readonly number[]) => ticks.map((left) => Number((1 - left).toFixed(6))).sort((a, b) => a - b);

describe('sparsityAxis', () => {
  it('has the wanted ticks first and round ones where there is room', () => {
    expect(sparsities(sparsityAxis([0.01, 1], 110, [0.98], false).ticks)).toEqual([0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99]);
  });

  it('leaves out what lies outside', () => {
    const ticks = sparsities(sparsityAxis([0.015, 0.12], 260, [0.9, 0.98], true).ticks);
    expect(ticks).toEqual(expect.arrayContaining([0.9, 0.98]));
    expect(Math.min(...ticks)).toBeGreaterThanOrEqual(0.88);
    expect(Math.max(...ticks)).toBeLessThanOrEqual(0.985);
  });
});

describe('accuracyAxis', () => {
  it('has evenly spaced round ticks with as many digits as they need', () => {
    const { ticks, labelExpr } = accuracyAxis([0.9892, 0.9913, 0.9917], 180);
    expect(ticks.map((tick) => tick.toFixed(4))).toEqual(['0.9895', '0.9900', '0.9905', '0.9910', '0.9915']);
    expect(labelExpr).toContain("'.2f'");
  });

  it('leaves room for the label above the highest value, and stands equal values', () => {
    expect(accuracyAxis([0.5, 0.9], 180).domain[1]).toBeGreaterThan(0.92);
    const { ticks, domain } = accuracyAxis([0.98], 180);
    expect(ticks.length).toBeGreaterThan(0);
    expect(domain[1]).toBeGreaterThan(domain[0] as number);
  });
});

describe('countTicks', () => {
  it('has 1, 2 and 5 times powers of ten', () => {
    expect(countTicks(900, 25_000)).toEqual([1000, 2000, 5000, 10_000, 20_000]);
  });

  it('is evenly spaced where the axis is short, down to one count with its margins', () => {
    expect(countTicks(21_000, 45_000)).toEqual([30_000, 40_000]);
    expect(countTicks(229_300 / 1.1, 229_300 * 1.1)).toEqual([220_000, 240_000]);
  });
});
