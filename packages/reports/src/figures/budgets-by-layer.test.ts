import { expect, it } from 'vitest';
import { renderSvg } from '../render/figure.ts';
import { type BudgetRow, budgetsByLayer } from './budgets-by-layer.ts';

const layers = ['conv1', 'layer1.0.conv1', 'layer1.0.conv2', 'layer2.0.conv1', 'fc'];
const rows = ['a', 'b'].flatMap((budget, b) =>
  layers.map((layer, i): BudgetRow => {
    const sparsity = (i + b) / 10;
    return { budget, layer, sparsity, denseMultiplyAdds: 1e6 * (i + 1), multiplyAdds: 1e6 * (i + 1) * (1 - sparsity) };
  }),
);
const figures = budgetsByLayer(rows, { name: 'net', subject: 'a network at 90 % sparsity' });

it('numbers the layers in the order of the network', () => {
  expect(figures.map(({ name }) => name)).toEqual(['net-sparsity', 'net-multiply-adds']);
  expect(figures[0]?.rows.map(({ number, layer }) => [number, layer]).slice(3, 7)).toEqual([
    [4, 'layer2.0.conv1'],
    [5, 'fc'],
    [1, 'conv1'],
    [2, 'layer1.0.conv1'],
  ]);
});

it('draws a point for each layer of each budget, names the stages, and puts the dense network behind its multiply-adds', async () => {
  const [sparsity, multiplyAdds] = (await Promise.all(figures.map(renderSvg))) as [string, string];
  expect([marks(sparsity, 'line'), marks(sparsity, 'symbol')]).toEqual([2, 1]);
  for (const svg of [sparsity, multiplyAdds]) {
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['layer1', 'layer2', 'a', 'b', 'Layer']));
    expect(textsOf(svg)).not.toContain('conv1');
  }
  expect(textsOf(sparsity)).toContain('Sparsity (%)');
  expect(textsOf(multiplyAdds)).toContain('Multiply-adds (M)');
  expect(marks(multiplyAdds, 'rect') - marks(sparsity, 'rect')).toBe(1);
});

// --- helpers ---

const textsOf = (svg: string): string[] => [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => text as string);

/** Groups of marks of a kind. */
const marks = (svg: string, kind: string): number => svg.match(new RegExp(`class="mark-${kind} role-mark`, 'g'))?.length ?? 0;
