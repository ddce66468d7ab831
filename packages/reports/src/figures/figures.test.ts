import type { FinishedResult, LayerLog, LogEntry, RunResult } from '@espalier/core/results';
import { describe, expect, it } from 'vitest';
import { comparison, failure, lenet5, log, resnet50, result } from '../fixtures.ts';
import { renderSvg } from '../render/figure.ts';
import { accuracyVsSparsity } from './accuracy-vs-sparsity.ts';
import type { Figure } from './figure.ts';
import { forcesOverTime } from './forces-over-time.ts';
import { layerBudget } from './layer-budget.ts';
import { layerHeatmap } from './layer-heatmap.ts';
import { masksOverTime } from './masks-over-time.ts';
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
      {
        ...{ method: 'dense', copied: 'false', requested: null, sparsity: 0, nonzero: 430_500, multiplyAdds: 2_293_000 },
        ...{ accuracy: 0.99, accuracyDeviation: null, seeds: 1, runs: runs[2]?.id },
      },
      {
        method: 'str',
        copied: 'false',
        requested: 0.9,
        sparsity: 0.9,
        nonzero: 43_050,
        multiplyAdds: 229_300,
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

/** Steps of one layer, an epoch each, and of more if there are several of them. */
const logOf = (...steps: (Partial<LayerLog> | Partial<LayerLog>[])[]): LogEntry[] =>
  steps.map((layers, index) => ({
    type: 'step',
    step: 10 * index + 9,
    epoch: index + 1,
    loss: 1,
    learningRate: 0.1,
    sparsity: 0.5,
    layers: [layers].flat().map((layer, i) => ({ name: lenet5[i]?.name ?? '', nonzero: 1, sparsity: 0.5, ...layer })),
  }));
const state = (task: number, decay: number, correction = 0, value = -1) => ({ s: { value, task, decay, correction } });

describe('forcesOverTime', () => {
  it('has the forces of each layer and step, means over the seeds, and their sum', () => {
    const runs = [str(0), str(1)];
    const logs = new Map([
      [runs[0]?.id ?? '', logOf({ threshold: 0.1, state: state(-0.2, 0.5, 0.1, -3) })],
      [runs[1]?.id ?? '', logOf({ threshold: 0.3, state: state(-0.6, 0.25, 0.1, -1) })],
    ]);
    const [figure, ...others] = forcesOverTime(runs, logs);
    expect(others).toEqual([]);
    expect(figure?.name).toBe('forces-over-time-90-str');
    const forces = { task: expect.closeTo(-0.4, 12), decay: 0.375, correction: 0.1, sum: expect.closeTo(0.075, 12) };
    const at = { method: 'str', layer: 'conv1', index: 1, variable: 's', step: 9, epoch: 1 };
    expect(figure?.rows).toEqual([{ ...at, value: -2, threshold: expect.closeTo(0.2, 12), ...forces, seeds: 2 }]);
  });

  it('marks where the sum first changes its sign, between two steps', () => {
    const run = str(0);
    const rules = (...sums: number[]) => {
      const [figure] = forcesOverTime([run], new Map([[run.id, logOf(...sums.map((sum) => ({ state: state(-1, sum + 1) })))]]));
      return JSON.stringify(figure?.spec).match(/"values":\[\{"epoch":[\d.]+\}\]/g);
    };
    expect(rules(3, 1, -3, 5)).toEqual(Array(2).fill('"values":[{"epoch":2.25}]')); // on the threshold and on the forces
    expect(rules(3, 1, 0, -1)).toEqual(Array(2).fill('"values":[{"epoch":3}]'));
    expect(rules(3, 1, 0, 0)).toBeNull();
  });

  it('cuts off what is far above the task, and shows no force that is never there', () => {
    const run = str(0);
    const [figure] = forcesOverTime([run], new Map([[run.id, logOf({ state: state(0, 160) }, { state: state(-0.2, 0.3) })]]));
    const spec = JSON.stringify(figure?.spec);
    expect(spec).toContain('"domain":[-0.2,0.5]');
    expect(spec).toContain('["task","weight decay","sum"]');
  });

  it('cuts off nothing that is there at the end, however far above the task', () => {
    const run = str(0);
    const [figure] = forcesOverTime([run], new Map([[run.id, logOf({ state: state(0.1, 16) }, { state: state(-0.2, 10.2) })]]));
    expect(JSON.stringify(figure?.spec)).toContain('"domain":[-0.2,15.299');
  });

  it('tells the variables of a state apart, and draws some of many layers', () => {
    const run = str(0);
    const both = { a: state(-1, 1).s, b: state(-2, 1).s };
    const [figure] = forcesOverTime([run], new Map([[run.id, logOf({ state: both }, { state: both })]]));
    expect(figure?.rows.map(({ variable, task }) => `${variable} ${task}`)).toEqual(['a -1', 'a -1', 'b -2', 'b -2']);
    expect(JSON.stringify(figure?.spec)).toContain('"title":"conv1, b"');

    const many = [str(0, { kernels: resnet50, thresholds: true })];
    const [wide] = forcesOverTime(many, logsOf(many, 5));
    const titles = [...JSON.stringify(wide?.spec).matchAll(/"title":"([^"]+)","spacing"/g)].map(([, title]) => title);
    expect(titles).toHaveLength(6);
    expect([titles[0], titles[5]]).toEqual(['conv1', 'fc']);
    expect(new Set(wide?.rows.map((row) => row.layer)).size).toBe(54);
    expect(wide?.description).toContain('6 of 54 layers');
  });

  it('is left out for methods that train no state, and for logs of old', () => {
    const run = str(0);
    expect(forcesOverTime([run], new Map([[run.id, logOf({ churn: 0 })]]))).toEqual([]);
  });
});

describe('layerHeatmap', () => {
  it('has a tile per layer and step, from the step before on, means over the seeds', () => {
    const runs = [str(0), str(1)];
    const logs = new Map([
      [
        runs[0]?.id ?? '',
        logOf([{ sparsity: 0.2, threshold: 0.1 }, { sparsity: 0 }], [{ sparsity: 0.9, threshold: 0.2 }, { sparsity: 1 }]),
      ],
      [
        runs[1]?.id ?? '',
        logOf([{ sparsity: 0.4, threshold: 0.3 }, { sparsity: 0 }], [{ sparsity: 0.7, threshold: 0.4 }, { sparsity: 1 }]),
      ],
    ]);
    const [sparsities, thresholds] = layerHeatmap(runs, logs);
    const tile = (layer: string, from: number, sparsity: number) => ({
      layer,
      from,
      epoch: from + 1,
      sparsity: expect.closeTo(sparsity, 12),
    });
    expect(sparsities?.rows).toMatchObject([tile('conv1', 0, 0.3), tile('conv2', 0, 0), tile('conv1', 1, 0.8), tile('conv2', 1, 1)]);
    expect(thresholds?.rows.map((row) => [row.layer, row.threshold])).toEqual([
      ['conv1', expect.closeTo(0.2, 12)],
      ['conv1', expect.closeTo(0.3, 12)],
    ]);
    expect([sparsities?.name, thresholds?.name]).toEqual(['layer-sparsity-over-time-90', 'layer-threshold-over-time-90']);
  });

  it('needs no threshold, and draws a layer without weights up to the end of the scale', async () => {
    const run = str(0);
    const [figure, ...others] = layerHeatmap([run], new Map([[run.id, logOf({ sparsity: 0.8 }, { sparsity: 1 })]])) as [Figure];
    expect(others).toEqual([]);
    const { data } = figure.spec as { data: { values: { left: number }[] } };
    expect(data.values.map(({ left }) => left)).toEqual([expect.closeTo(0.2, 12), expect.closeTo(0.2, 12)]);
    expect(await renderSvg(figure)).not.toContain('NaN');
  });
});

describe('layerHeatmap of a deep network', () => {
  it('numbers the layers, two methods side by side', () => {
    const axes = (results: readonly RunResult[]) => {
      const spec = JSON.stringify(layerHeatmap(results, logsOf(results, 4))[0]?.spec);
      return [spec.includes('"values":[1,10,20,30,40,50]'), spec.includes('"columns":2'), spec.includes('"field":"layer"')];
    };
    expect(axes(comparison(resnet50))).toEqual([true, true, false]);
    expect(axes(comparison())).toEqual([false, false, true]);
  });
});

describe('masksOverTime', () => {
  it('adds up the changes, and counts each layer by its size', () => {
    const run = str(0); // conv1 has 500 weights, conv2 25,000
    const share = (churn: number, everActive: number) => ({ churn, everActive });
    const logs = new Map([[run.id, logOf([share(1, 1), share(0.5, 0.5)], [share(0, 1), share(0.25, 1)])]]);
    const [figure] = masksOverTime([run], logs);
    const [first, second] = [(500 + 12_500) / 25_500, 6250 / 25_500];
    expect(figure?.rows).toEqual([
      { method: 'str', step: 9, epoch: 1, churn: first, changes: first, everActive: first, seeds: 1 },
      { method: 'str', step: 19, epoch: 2, churn: second, changes: first + second, everActive: 1, seeds: 1 },
    ]);
  });

  it('is left out for logs of old', () => {
    const run = str(0);
    expect(masksOverTime([run], new Map([[run.id, logOf({}, {})]]))).toEqual([]);
  });
});
