import { percent, si } from './format.ts';
import type { Cell, Column, Footnote, Row, Table } from './table.ts';

/** What a kernel, or several together, store and compute with. */
export interface Costs {
  readonly size: number;
  readonly nonzero: number;
  readonly sparsity: number;
  readonly denseOperations: number;
  readonly operations: number;
  readonly bytes: number;
  readonly storage: { readonly dense: number; readonly bitmask: number; readonly csr: number; readonly entropy: number };
}

/** The cost of a model, as `modelCost` of `@espalier/core` counts it. */
export interface CostReport {
  readonly model: string;
  readonly layers: readonly (Costs & { readonly name: string; readonly shape: readonly number[]; readonly prunable: boolean })[];
  readonly total: Costs;
  readonly prunable: Costs;
  readonly whole: { readonly parameters: number; readonly sparsity: number };
  /** What `operations` counts. */
  readonly unit: 'multiply-adds' | 'operations';
  /** One sentence on how is counted. */
  readonly counted: string;
  /** What the cost is that of: "224x224x3, 1000 classes". */
  readonly input: string;
  /** Bytes of real weights after gzip, where there are some. */
  readonly gzip?: number;
}

/** Layers × what they cost, and all together in the last row. */
export function costTable({ model, layers, total, prunable, whole, unit, counted, input, gzip }: CostReport): Table {
  const dense = layers.filter((layer) => !layer.prunable).map(({ name }) => name);
  const { storage } = total;
  const notes: Footnote[] = [
    { text: `${counted} Of one forward pass of one example.` },
    {
      text: `On disk: ${bytes(storage.dense)} dense, ${bytes(storage.bitmask)} with a bit mask, ${bytes(storage.csr)} as CSR${gzip === undefined ? '' : `, ${bytes(gzip)} after gzip`}; ${bytes(storage.entropy)} is the bound for weights at places without a pattern.`,
    },
    {
      text: `The whole model has ${si(whole.parameters)} parameters, with biases and normalization; ${percent(whole.sparsity)} % of them are pruned.`,
    },
    ...(dense.length
      ? [{ text: `Left dense: ${dense.join(', ')}. The ${si(prunable.size)} other weights are ${percent(prunable.sparsity)} % sparse.` }]
      : []),
  ];
  return {
    caption: `Cost of ${model} at ${percent(total.sparsity)} % sparsity (${input})`,
    columns: columnsFor(unit),
    rows: [...layers.map(({ name, shape, ...costs }) => rowOf(name, shape.join('x'), costs)), rowOf('total', null, total)],
    footnotes: notes,
  };
}

// --- helpers ---

const bytes = (n: number): string => {
  const [, digits = '', prefix = ''] = si(n).match(/^([\d.]+)(.*)$/) ?? [];
  return `${digits} ${prefix.trim()}B`;
};

function columnsFor(unit: CostReport['unit']): Column[] {
  const label = unit === 'operations' ? 'Operations' : 'Multiply-adds';
  return [
    { key: 'layer', label: 'Layer', format: 'text', align: 'left', identifies: true },
    { key: 'shape', label: 'Shape', format: 'text', align: 'left' },
    { key: 'size', label: 'Weights', format: 'si', align: 'right' },
    { key: 'sparsity', label: 'Sparsity', unit: '%', format: 'percent', align: 'right' },
    { key: 'nonzero', label: 'Weights left', format: 'si', align: 'right' },
    { key: 'denseOperations', label: `${label} dense`, format: 'si', align: 'right' },
    { key: 'operations', label, format: 'si', align: 'right' },
    { key: 'bytes', label: 'Bytes', format: 'si', align: 'right' },
  ];
}

function rowOf(name: string, shape: string | null, costs: Costs): Row {
  const cell = (value: Cell['value']): Cell => ({ value, runs: [] });
  const { size, sparsity, nonzero, denseOperations, operations } = costs;
  return {
    cells: {
      layer: cell(name),
      shape: cell(shape),
      size: cell(size),
      sparsity: cell(sparsity),
      nonzero: cell(nonzero),
      denseOperations: cell(denseOperations),
      operations: cell(operations),
      bytes: cell(costs.bytes),
    },
  };
}
