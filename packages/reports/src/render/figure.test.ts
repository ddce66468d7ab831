import type { FinishedResult, RunResult } from '@espalier/core/results';
import { Resvg } from '@resvg/resvg-js';
import { describe, expect, it } from 'vitest';
import { accuracyVsSparsity } from '../figures/accuracy-vs-sparsity.ts';
import type { Figure } from '../figures/figure.ts';
import { forcesOverTime } from '../figures/forces-over-time.ts';
import { layerBudget } from '../figures/layer-budget.ts';
import { layerHeatmap } from '../figures/layer-heatmap.ts';
import { masksOverTime } from '../figures/masks-over-time.ts';
import { sparsityOverTime } from '../figures/sparsity-over-time.ts';
import { thresholdOverTime } from '../figures/threshold-over-time.ts';
import { comparison, log, resnet50, result } from '../fixtures.ts';
import { renderFigure } from './figure.ts';
import { FONT, fontFile, textWidth } from './font.ts';

const many = Array.from({ length: 12 }, (_, index) =>
  [0.8, 0.9, 0.99].map((requested) =>
    result({ pruner: { use: `method-with-a-name-${index}`, sparsity: requested }, requested, accuracy: 0.98 - index / 500 }),
  ),
).flat();
const collapsed = [
  result({ pruner: { use: 'str' }, requested: 0.999, sparsities: [1, 1, 1, 1], accuracy: 0.1 }),
  result({ accuracy: 0.99 }),
];

const cases: [string, readonly RunResult[]][] = [
  ['five methods on LeNet-5', comparison()],
  ['54 layers of ResNet-50', comparison(resnet50)],
  ['twelve methods', many],
  ['one run', [result({ pruner: { use: 'str' }, requested: null, thresholds: true })]],
  ['a collapsed network', collapsed],
];

describe.each(cases)('figures of %s', (_, results) => {
  const logs = new Map(results.map((run) => [run.id, log(run as FinishedResult, 20)]));
  const figures: Figure[] = [
    ...layerBudget(results),
    ...accuracyVsSparsity(results),
    ...sparsityOverTime(results, logs),
    ...thresholdOverTime(results, logs),
    ...forcesOverTime(results, logs),
    ...layerHeatmap(results, logs),
    ...masksOverTime(results, logs),
  ];

  it.each(figures.map((figure) => [figure.name, figure] as const))('%s is whole', async (name, figure) => {
    const { svg, png, csv, json } = await renderFigure(figure);
    expect(svg).not.toMatch(/NaN|undefined|Infinity|null/);
    const [width, height] = sizeOf(svg);
    expect(width).toBeLessThanOrEqual(name.startsWith('layer-budget') && results.length > 20 ? 660 : 330);
    expect(cutOff(svg, width, height)).toEqual([]);
    expect(pngSize(png)).toEqual([2 * width, 2 * height]);
    expect(inkShare(svg)).toBeGreaterThan(0.005);
    expect(csv.split('\r\n')).toHaveLength(figure.rows.length + 2);
    expect(JSON.parse(json)).toHaveProperty('config');
  });
});

describe('renderFigure', () => {
  const [figure] = accuracyVsSparsity(comparison()) as [Figure];

  it('gives the same bytes each time', async () => {
    const [first, second] = [await renderFigure(figure), await renderFigure(figure)];
    expect(second.svg).toBe(first.svg);
    expect(Buffer.compare(second.png, first.png)).toBe(0);
  });

  it('says what the picture shows', async () => {
    const { svg } = await renderFigure(figure);
    expect(svg).toContain('role="img" aria-label="Test accuracy against sparsity"');
    expect(svg).toContain(`<desc>${figure.description}</desc>`);
  });

  it('would be caught with a label cut off', async () => {
    const { svg } = await renderFigure(figure);
    const [width, height] = sizeOf(svg);
    expect(cutOff(svg, width - 20, height)).toEqual(expect.arrayContaining(['dense 99.17']));
  });

  it('keeps its ids apart from those of other figures', async () => {
    const { svg } = await renderFigure(figure);
    for (const [, id] of svg.matchAll(/ id="([^"]+)"|url\(#([^)]+)\)/g)) expect(id).toMatch(/^accuracy-vs-sparsity-/);
  });

  it('refuses a spec that Vega-Lite warns about', async () => {
    const odd: Figure = {
      ...figure,
      spec: { data: { values: [] }, mark: 'bar', encoding: { x: { field: 'a', type: 'nominal' }, shape: { field: 'b', type: 'nominal' } } },
    };
    await expect(renderFigure(odd)).rejects.toThrow(/accuracy-vs-sparsity/);
  });
});

describe('textWidth', () => {
  it.each(['Multiply-adds (M)', 'global-magnitude', '98.5 ± Δ−…'])('measures %s as resvg draws it', (text) => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="50"><text x="10" y="30" font-family="${FONT}" font-size="20">${text}</text></svg>`;
    const drawn = draw(svg).getBBox()?.width ?? 0;
    expect(Math.abs(textWidth(text, 20) - drawn)).toBeLessThan(6);
  });
});

// --- helpers ---

const draw = (svg: string) => new Resvg(svg, { font: { fontFiles: [fontFile], loadSystemFonts: false, defaultFontFamily: FONT } });

const sizeOf = (svg: string): [number, number] => {
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  return [Number(width), Number(height)];
};

const pngSize = (png: Uint8Array): [number, number] => {
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
};

function inkShare(svg: string): number {
  const { pixels } = draw(svg).render();
  let ink = 0;
  for (let index = 0; index < pixels.length; index += 4) ink += Number((pixels[index] ?? 255) < 200);
  return (ink * 4) / pixels.length;
}

/** The texts that reach over the edge: positions are summed up along the groups, as Vega writes them. */
function cutOff(svg: string, width: number, height: number): string[] {
  const offsets: [number, number][] = [[0, 0]];
  const outside: string[] = [];
  for (const [tag, group, attributes, text = ''] of svg.matchAll(/<g( [^>]*)?>|<\/g>|<text ([^>]*)>([^<]*)/g)) {
    const [left, top] = offsets.at(-1) as [number, number];
    if (tag === '</g>') offsets.pop();
    if (tag.startsWith('<g') && !tag.endsWith('/>')) {
      const [x, y] = translation(group ?? '');
      offsets.push([left + x, top + y]);
    }
    if (attributes === undefined) continue;
    const [x, y] = translation(attributes);
    const length = textWidth(text, Number(/font-size="([\d.]+)px"/.exec(attributes)?.[1]));
    const before = { start: 0, middle: length / 2, end: length }[/text-anchor="(\w+)"/.exec(attributes)?.[1] ?? 'start'] ?? 0;
    const upward = /rotate\((-90|270)\)/.test(attributes);
    const start = upward ? top + y + before - length : left + x - before;
    if (start < 0 || start + length > (upward ? height : width)) outside.push(text);
  }
  return outside;
}

const translation = (text: string): [number, number] => {
  const [, x = 0, y = 0] = /translate\(([-\d.e]+),([-\d.e]+)\)/.exec(text) ?? [];
  return [Number(x), Number(y)];
};
