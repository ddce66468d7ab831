import type { FinishedResult, RunResult } from '@espalier/core/results';
import { describe, expect, it } from 'vitest';
import { comparison, failure, log, resnet50, result } from '../fixtures.ts';
import { accuracyVsSparsity } from './accuracy-vs-sparsity.ts';
import { layerBudget } from './layer-budget.ts';
import { sparsityOverTime } from './sparsity-over-time.ts';
import { thresholdOverTime } from './threshold-over-time.ts';

const logsOf = (results: readonly RunResult[], entries?: number) =>
  new Map(results.map((run) => [run.id, run.status === 'finished' ? log(run, entries) : []]));
const str = (seed: number, options: object = {}) => result({ pruner: { use: 'str', sparsity: 0.9 }, requested: 0.9, seed, ...options });

describe('layerBudget', () => {
  it('makes one figure per requested sparsity', () => {
    expect(layerBudget(comparison()).map(({ name }) => name)).toEqual(['layer-budget-90', 'layer-budget-98']);
  });

  it('has a row per method and layer, averaged over the seeds', () => {
    const [figure] = layerBudget([str(0, { sparsities: [0.5] }), str(1, { sparsities: [0.7] })]);
    expect(figure?.rows).toHaveLength(4);
    expect(figure?.rows[0]).toEqual({
      method: 'str',
      layer: 'conv1',
      sparsity: expect.closeTo(0.6, 12),
      nonzero: 200,
      size: 500,
      multiplyAdds: 115_200,
      denseMultiplyAdds: 288_000,
      prunable: 'true',
      seeds: 2,
    });
  });

  it('draws bars for few layers and lines for many', () => {
    const marks = (results: readonly RunResult[]) => JSON.stringify(layerBudget(results)[0]?.spec).match(/"type":"(bar|line)"/g);
    expect(new Set(marks(comparison()))).toEqual(new Set(['"type":"bar"']));
    expect(new Set(marks(comparison(resnet50)))).toEqual(new Set(['"type":"line"']));
  });

  it('makes a figure of its own for each setting', () => {
    const names = layerBudget([str(0), str(0, { training: { epochs: 5 } })]).map(({ name }) => name);
    expect(names).toEqual(['layer-budget-epochs-default-90', 'layer-budget-epochs-5-90']);
  });
});

describe('accuracyVsSparsity', () => {
  it('has a row per method and sparsity with mean, deviation and runs', () => {
    const runs = [str(0, { accuracy: 0.98 }), str(1, { accuracy: 0.96 }), result({ accuracy: 0.99 }), failure({ seed: 5 })];
    expect(accuracyVsSparsity(runs)[0]?.rows).toEqual([
      { method: 'dense', requested: null, sparsity: 0, accuracy: 0.99, accuracyDeviation: null, seeds: 1, runs: runs[2]?.id },
      {
        method: 'str',
        requested: 0.9,
        sparsity: 0.9,
        accuracy: expect.closeTo(0.97, 12),
        accuracyDeviation: expect.closeTo(0.01 * Math.SQRT2, 12),
        seeds: 2,
        runs: `${runs[0]?.id} ${runs[1]?.id}`,
      },
    ]);
  });

  it('labels the dense accuracy', () => {
    expect(JSON.stringify(accuracyVsSparsity(comparison())[0]?.spec)).toContain('"text":"dense 99.17"');
  });

  it('is left out where nothing was pruned', () => {
    expect(accuracyVsSparsity([result()])).toEqual([]);
  });
});

describe('figures over time', () => {
  it('average over the seeds at the steps that all runs have recorded', () => {
    const runs = [str(0, { sparsities: [0.9, 0.9, 0.9, 0.9] }), str(1, { sparsities: [0.5, 0.5, 0.5, 0.5] })] as FinishedResult[];
    const [figure] = sparsityOverTime(runs, logsOf(runs, 10));
    expect(figure?.rows).toHaveLength(10);
    expect(figure?.rows.at(-1)).toEqual({ method: 'str', step: 4299, epoch: 10, sparsity: expect.closeTo(0.7, 12), seeds: 2 });
  });

  it('thin long logs and keep both ends', () => {
    const runs = [str(0)];
    const [figure] = sparsityOverTime(runs, logsOf(runs, 1000));
    expect(figure?.rows.length).toBeLessThanOrEqual(120);
    expect([figure?.rows[0]?.step, figure?.rows.at(-1)?.step]).toEqual([3, 4299]);
  });

  it('count a step once that was done again after an interruption', () => {
    const run = str(0);
    const entries = log(run, 10);
    const [figure] = sparsityOverTime([run], new Map([[run.id, [...entries.slice(0, 7), ...entries.slice(4)]]]));
    expect(figure?.rows.map((row) => row.step)).toEqual(entries.map((entry) => entry.step));
  });

  it('are left out without logs, and thresholds for methods without them', () => {
    expect(sparsityOverTime(comparison(), new Map())).toEqual([]);
    const runs = [str(0, { thresholds: true }), result({ pruner: { use: 'gmp', sparsity: 0.9 }, requested: 0.9 })];
    const [figure] = thresholdOverTime(runs, logsOf(runs, 3));
    expect(figure?.rows).toHaveLength(12);
    expect(new Set(figure?.rows.map((row) => row.method))).toEqual(new Set(['str']));
    expect(figure?.rows.at(-1)).toMatchObject({ layer: 'fc2', threshold: expect.closeTo(0.04, 12) });
  });

  it('draw many layers as shades in one plot per method', () => {
    const runs = comparison(resnet50).slice(0, 12);
    expect(JSON.stringify(thresholdOverTime(runs, logsOf(runs, 5))[0]?.spec)).toContain('"viridis"');
  });
});
