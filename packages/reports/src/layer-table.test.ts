import { describe, expect, it } from 'vitest';
import { comparison, failure, result } from './fixtures.ts';
import { layerTable } from './layer-table.ts';
import { renderMarkdown } from './render/markdown.ts';

describe('layerTable', () => {
  it('has a row per layer and sparsity and two columns per method', () => {
    const table = layerTable(comparison());
    expect(table.rows).toHaveLength(8);
    expect(table.columns.map(({ key }) => key)).toEqual([
      'requestedSparsity',
      'layer',
      'size',
      'denseMultiplyAdds',
      ...['str', 'dnw', 'gmp', 'global-magnitude'].flatMap((method) => [`sparsity: ${method}`, `multiplyAdds: ${method}`]),
    ]);
  });

  it('averages over the seeds', () => {
    const of = (seed: number, conv1: number) =>
      result({ pruner: { use: 'str', sparsity: 0.9 }, requested: 0.9, seed, sparsities: [conv1] });
    const { cells } = layerTable([of(0, 0.5), of(1, 0.7), failure()]).rows[0] ?? {};
    expect(cells?.['sparsity: str']).toMatchObject({
      value: expect.closeTo(0.6, 12),
      deviation: expect.closeTo(0.1 * Math.SQRT2, 12),
      n: 2,
    });
    expect(cells?.['multiplyAdds: str']?.value).toBe(200 * 576);
  });

  it('says which layers were left dense', () => {
    expect(renderMarkdown(layerTable([result({ pruner: { use: 'str' }, requested: 0.9, leftDense: ['conv1'] })]))).toMatchInlineSnapshot(`
      "**Sparsity and multiply-adds by layer: lenet5 on mnist, 10 epochs, seed 0**

      | Requested sparsity (%) | Layer | Weights | Multiply-adds dense | str sparsity (%) | str multiply-adds |
      | ---: | :--- | ---: | ---: | ---: | ---: |
      | 90.00 | conv1 | 500 | 288 k | dense | 288 k |
      | 90.00 | conv2 | 25.0 k | 1.60 M | 90.00 | 160 k |
      | 90.00 | fc1 | 400 k | 400 k | 90.00 | 40.0 k |
      | 90.00 | fc2 | 5.00 k | 5.00 k | 90.00 | 500 |

      Means over the seeds. “dense”: left dense on purpose. Multiply-adds are those of one forward pass of one example.
      "
    `);
  });
});
