import { expect, it } from 'vitest';
import { type CostReport, type Costs, costTable } from './cost-table.ts';
import { renderTerminal } from './render/terminal.ts';

const costs = (size: number, nonzero: number, uses: number): Costs => ({
  ...{ size, nonzero, sparsity: 1 - nonzero / size, denseOperations: size * uses, operations: nonzero * uses, bytes: 4 * nonzero },
  storage: { dense: 4 * size, bitmask: 4 * nonzero + size / 8, csr: 8 * nonzero, entropy: 4 * nonzero },
});
const report: CostReport = {
  ...{ model: 'small', unit: 'multiply-adds', counted: 'Multiply-adds alone.', input: '6x6x2, 5 classes' },
  layers: [
    { ...costs(9408, 9408, 100), name: 'conv1', shape: [7, 7, 3, 64], prunable: false },
    { ...costs(2_000_000, 20_000, 1), name: 'fc', shape: [2000, 1000], prunable: true },
  ],
  total: costs(2_009_408, 29_408, 1),
  prunable: costs(2_000_000, 20_000, 1),
  whole: { parameters: 2_010_000, sparsity: 1_980_000 / 2_010_000 },
};

it('shows every layer, and all together', () => {
  expect(renderTerminal(costTable(report))).toMatchInlineSnapshot(`
    "Cost of small at 98.54 % sparsity (6x6x2, 5 classes)
    ──────────────────────────────────────────────────────────────────────────
    Layer  Shape      Weights  Sparsity  Weights  Multiply-  Multiply-   Bytes
                                    (%)     left       adds       adds
                                                      dense
    ──────────────────────────────────────────────────────────────────────────
    conv1  7x7x3x64    9.41 k      0.00   9.41 k      941 k      941 k  37.6 k
    fc     2000x1000   2.00 M     99.00   20.0 k     2.00 M     20.0 k  80.0 k
    total  –           2.01 M     98.54   29.4 k     2.01 M     29.4 k   118 k
    ──────────────────────────────────────────────────────────────────────────
    Multiply-adds alone. Of one forward pass of one example.
    On disk: 8.04 MB dense, 369 kB with a bit mask, 235 kB as CSR; 118 kB is the bound for weights at
    places without a pattern.
    The whole model has 2.01 M parameters, with biases and normalization; 98.51 % of them are pruned.
    Left dense: conv1. The 2.00 M other weights are 99.00 % sparse.
    "
  `);
});

it('says what is counted, and has no note on dense layers where there are none', () => {
  const layers = report.layers.map((layer) => ({ ...layer, prunable: true }));
  const table = costTable({ ...report, layers, unit: 'operations' });
  expect(table.columns.map(({ label }) => label).slice(-3)).toEqual(['Operations dense', 'Operations', 'Bytes']);
  expect(table.footnotes.length).toBe(3);
});

it('says what gzip makes of real weights', () => {
  const onDisk = (given: CostReport) => costTable(given).footnotes.find(({ text }) => text.startsWith('On disk'))?.text;
  expect(onDisk(report)).not.toContain('gzip');
  expect(onDisk({ ...report, gzip: 123_456 })).toContain('235 kB as CSR, 123 kB after gzip;');
});
