import type { CopiedResults } from '@espalier/core/results';
import { describe, expect, it } from 'vitest';
import { comparisonTable } from './comparison-table.ts';
import { accuracyVsMultiplyAdds } from './figures/accuracy-vs-multiply-adds.ts';
import { accuracyVsSparsity } from './figures/accuracy-vs-sparsity.ts';
import { accuracyVsWeights } from './figures/accuracy-vs-weights.ts';
import { comparison, result } from './fixtures.ts';
import { withProvenance } from './provenance.ts';
import { renderCsv } from './render/csv.ts';
import { renderLatex } from './render/latex.ts';
import { renderMarkdown } from './render/markdown.ts';
import { renderTerminal } from './render/terminal.ts';

const copied = (change: Partial<CopiedResults> = {}): CopiedResults => ({
  format: 1,
  source: 'Somebody 2020, Table 1',
  url: 'https://example.org/paper',
  model: 'lenet5',
  data: 'mnist',
  results: [
    { method: 'theirs', sparsity: 0.9, accuracy: 0.999, nonzero: 43_000, multiplyAdds: 200_000, note: 'with distillation' },
    { method: 'theirs', sparsity: 0.98, accuracy: 0.99 },
  ],
  ...change,
});
const runs = comparison();

describe('copied results in the comparison', () => {
  it('stand in marked rows below the runs, with what was published and nothing else', () => {
    const [before, after] = [comparisonTable(runs), comparisonTable(runs, { copied: [copied()] })];
    expect(after.rows.slice(0, before.rows.length)).toEqual(before.rows);
    const [first, second] = after.rows.slice(before.rows.length).map(({ cells }) => cells);
    expect(first).toMatchObject({
      method: { value: 'theirs (copied)' },
      sparsity: { value: 0.9 },
      accuracy: { value: 0.999, runs: [] },
      nonzero: { value: 43_000 },
      multiplyAdds: { value: 200_000 },
      seeds: { value: null, text: 'copied' },
      accuracyDelta: { value: null },
    });
    expect(second?.nonzero?.value).toBeNull();
    const note = after.footnotes.find(({ mark }) => mark === first?.method?.mark);
    expect(note?.text).toContain('Copied from Somebody 2020, Table 1 (https://example.org/paper): lenet5 on mnist.');
    expect(note?.text).toContain('theirs: with distillation');
  });

  it('change no bold value, no mean and no note of the runs', () => {
    const [before, after] = [comparisonTable(runs), comparisonTable(runs, { copied: [copied()] })];
    expect(after.footnotes.slice(0, before.footnotes.length)).toEqual(before.footnotes);
    expect(withProvenance(after, runs).provenance).toEqual(withProvenance(before, runs).provenance);
  });

  it('say when they are of another network or other data', () => {
    const other = comparisonTable(runs, { copied: [copied({ model: 'resnet50', data: 'imagenet' })] });
    expect(other.footnotes.at(-1)?.text).toContain('resnet50 on imagenet, not the network and the data of the runs here');
  });

  it('are marked in every format', () => {
    const table = comparisonTable(runs, { copied: [copied()] });
    for (const render of [renderTerminal, renderMarkdown, renderCsv, renderLatex]) expect(render(table)).toContain('theirs (copied)');
  });

  it('stand alone where there are no runs, without a line on runs', () => {
    const table = withProvenance(comparisonTable([], { copied: [copied()] }), []);
    expect(table.rows).toHaveLength(2);
    expect(table.provenance).toBeUndefined();
  });
});

describe('copied results in figures', () => {
  const [figure, ...others] = accuracyVsSparsity(runs, [copied()]);

  it('are hollow points of the figure of their network and data, at their own place', () => {
    expect(others).toEqual([]);
    expect(figure?.rows.filter(({ copied: isCopied }) => isCopied === 'true')).toMatchObject([
      { method: 'theirs (copied)', sparsity: 0.9, accuracy: 0.999, seeds: 0, runs: '' },
      { method: 'theirs (copied)', sparsity: 0.98, accuracy: 0.99 },
    ]);
    const spec = JSON.stringify(figure?.spec);
    expect(spec).toContain('"filled":false');
    const points = [...spec.matchAll(/"method":"theirs \(copied\)"[^}]*"place":([\d.]+)/g)].map(([, place]) => Number(place));
    expect(points.slice(0, 2)).toEqual([expect.closeTo(0.1, 12), expect.closeTo(0.02, 12)]);
  });

  it('change nothing where there are none', () => {
    expect(JSON.stringify(accuracyVsSparsity(runs)[0]?.spec)).not.toContain('"filled":false');
  });

  it('have a figure of their own where no run is of their network', () => {
    const names = accuracyVsSparsity(runs, [copied({ model: 'resnet50' })]).map(({ name }) => name);
    expect(names).toEqual(['accuracy-vs-sparsity', 'accuracy-vs-sparsity-copied-resnet50-on-mnist']);
  });

  it('draw one dense network of others, if there is none of ours', () => {
    const dense = { method: 'dense', sparsity: 0, accuracy: 0.9 };
    const alone = accuracyVsSparsity([], [copied({ results: [dense, ...copied().results] })]);
    expect(JSON.stringify(alone[0]?.spec)).toContain('dense 90.00, copied');
    expect(alone[0]?.rows).toHaveLength(3);
  });
});

describe('figures of copied results alone', () => {
  const specOf = (figure: { readonly spec: unknown } | undefined) =>
    figure?.spec as {
      readonly width: number;
      readonly layer: readonly {
        readonly mark: { readonly filled?: boolean };
        readonly encoding: {
          readonly y?: { readonly title?: string };
          readonly color?: { readonly legend: { readonly labelExpr?: string }; readonly scale: { readonly range: readonly string[] } };
        };
      }[];
    };
  const methods = (count: number, name = (i: number) => `method ${i}`) =>
    accuracyVsSparsity(
      [],
      [copied({ results: Array.from({ length: count }, (_, i) => ({ method: name(i), sparsity: 0.9, accuracy: 0.9 - i / 100 })) })],
    )[0];

  it('say so once, on the axis, and not behind every name of a legend with hollow symbols', () => {
    const { layer } = specOf(methods(3));
    expect(layer.some(({ encoding }) => encoding.y?.title === 'Test accuracy, copied (%)')).toBe(true);
    expect(layer.some(({ mark }) => mark.filled === true)).toBe(false);
    expect(layer.find(({ encoding }) => encoding.color)?.encoding.color?.legend.labelExpr).toContain(' (copied)');
    const beside = JSON.stringify(accuracyVsSparsity(runs, [copied()]));
    expect(beside).not.toContain('Test accuracy, copied');
    expect(beside).not.toContain('labelExpr":"replace');
  });

  it('have the colours that are told apart best, before any shade of these', () => {
    const colors = specOf(methods(6)).layer.find(({ encoding }) => encoding.color)?.encoding.color?.scale.range;
    expect(colors).toEqual(['#d55e00', '#0072b2', '#009e73', '#e69f00', '#cc79a7', '#56b4e9']);
  });

  it('are two columns wide where the legend would be as high as the plot', () => {
    const long = (i: number) => `a method with a name that fills the column ${i}`;
    expect([3, 12].map((count) => specOf(methods(count)).width)).toEqual([260, 260]);
    expect([4, 5].map((count) => specOf(methods(count, long)).width)).toEqual([260, 600]);
  });
});

describe('accuracyVsWeights', () => {
  it('has a point per method at the number of weights that are left, where it is known', () => {
    const [own] = accuracyVsWeights([result({ pruner: { use: 'gmp', sparsity: 0.9 }, requested: 0.9, accuracy: 0.98 })]);
    expect(own?.rows).toMatchObject([{ method: 'gmp', nonzero: expect.any(Number) }]);
    expect(JSON.stringify(own?.spec)).toContain(`"place":${own?.rows[0]?.nonzero}`);
    const known = { method: 'theirs', sparsity: 0.9, accuracy: 0.9, nonzero: 1000 };
    const [theirs] = accuracyVsWeights([], [copied({ results: [known, { ...known, sparsity: 0.95, nonzero: undefined }] })]);
    expect(theirs?.name).toMatch(/^accuracy-vs-weights-copied/);
    expect(theirs?.rows.map(({ nonzero }) => nonzero)).toEqual([1000]);
  });
});

describe('accuracyVsMultiplyAdds', () => {
  it('has a point per method and sparsity at its multiply-adds, the dense network as a rule', () => {
    const [figure] = accuracyVsMultiplyAdds([
      result({ pruner: { use: 'dense' }, requested: null, accuracy: 0.99 }),
      result({ pruner: { use: 'gmp', sparsity: 0.9 }, requested: 0.9, accuracy: 0.98 }),
    ]);
    expect(figure?.rows).toMatchObject([
      { method: 'dense', multiplyAdds: 2_293_000 },
      { method: 'gmp', multiplyAdds: 229_300 },
    ]);
    expect(JSON.stringify(figure?.spec)).toContain('"place":229300');
  });

  it('leaves out what was published without them', () => {
    const [figure] = accuracyVsMultiplyAdds([], [copied()]);
    expect(figure?.rows).toHaveLength(1);
  });
});
