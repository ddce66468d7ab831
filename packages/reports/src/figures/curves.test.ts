import { describe, expect, it } from 'vitest';
import { renderFigure } from '../render/figure.ts';
import { type EstimatorRow, estimatorCurves } from './estimator-curves.ts';
import { type ScheduleRow, scheduleCurves } from './schedule-curves.ts';
import { type ThresholdFunctionRow, thresholdFunctionCurves } from './threshold-function-curves.ts';

const logistic = (name: string, k = 1): ThresholdFunctionRow[] =>
  Array.from({ length: 29 }, (_, i) => {
    const s = i / 2 - 7;
    const share = 1 / (1 + Math.exp(-s));
    return { function: name, s, value: k * share, derivative: k * share * (1 - share) };
  });

const step = (estimator: string, below: number): EstimatorRow[] =>
  Array.from({ length: 10 }, (_, i) => {
    const ratio = 0.1 + i / 4;
    return { estimator, ratio, weight: ratio > 1 ? 1 : below, threshold: ratio > 1 ? 1 : 0 };
  });

describe('thresholdFunctionCurves', () => {
  it('is named after a single function and has no legend', async () => {
    const figure = thresholdFunctionCurves(logistic('sigmoid (k=2)', 2));
    expect(figure).toMatchObject({ name: 'threshold-function-sigmoid-k-2', title: 'The threshold function sigmoid (k=2)' });
    const { svg, csv } = await renderFigure(figure);
    expect(svg).not.toContain('role-legend');
    expect(csv.split('\r\n')).toHaveLength(31);
  });

  it('tells several functions apart by colour and dash', async () => {
    const figure = thresholdFunctionCurves([...logistic('sigmoid'), ...logistic('twice', 2)]);
    expect(figure.name).toBe('threshold-function-curves');
    const { svg } = await renderFigure(figure);
    expect(svg).toContain('role-legend');
    expect(svg).toContain('>sigmoid<');
    expect(svg).toContain('stroke-dasharray');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('marks where training starts, if the curve reaches it', async () => {
    const labels = async (sInit?: number) => {
      const { svg } = await renderFigure(thresholdFunctionCurves(logistic('sigmoid'), sInit === undefined ? {} : { sInit }));
      return svg.match(/>start</g)?.length ?? 0;
    };
    expect([await labels(-6.9), await labels(-3200), await labels()]).toEqual([1, 0, 0]);
  });
});

describe('estimatorCurves', () => {
  const figure = estimatorCurves([...step('subgradient', 0), ...step('leaky', 0.1), ...step('straight-through', 1)]);

  it('has a plot for each estimator with a line for the weight and one for the threshold', async () => {
    const { svg, csv } = await renderFigure(figure);
    for (const name of ['subgradient', 'leaky', 'straight-through']) expect(svg).toContain(`>${name}<`);
    expect(svg.match(/<path [^>]*stroke="#d55e00"/g)?.length).toBeGreaterThanOrEqual(3);
    expect(csv.split('\r\n')).toHaveLength(32);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('draws all plots at one scale, around all factors', () => {
    const wide = estimatorCurves([...step('a', 0), ...step('b', -2)]);
    const domains = [...JSON.stringify(wide.spec).matchAll(/"domain":\[(-2[^\]]*)\]/g)].map((match) => match[1]);
    expect(domains).toHaveLength(2);
    expect(new Set(domains).size).toBe(1);
  });
});

describe('scheduleCurves', () => {
  const ramp = (schedule: string, end: number): ScheduleRow[] =>
    [0, 0.25, 0.5, 0.75, 1].map((progress) => ({ schedule, progress, share: Math.min(1, progress / end) }));

  it('has a line for each schedule, over percents of the training', async () => {
    const { svg, csv } = await renderFigure(scheduleCurves([...ramp('linear', 0.5), ...ramp('slow', 1)]));
    for (const text of ['linear', 'slow', '100', 'Progress of the training (%)']) expect(svg).toContain(`>${text}<`);
    expect(csv.split('\r\n')).toHaveLength(12);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('has no legend for a single one', async () => {
    expect((await renderFigure(scheduleCurves(ramp('linear', 0.5)))).svg).not.toContain('role-legend');
  });
});
