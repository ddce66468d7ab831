import type { FinishedResult, LayerResult, RunResult } from '@espalier/core/results';
import { requestedCells, requestedColumns } from './measures.ts';
import { groupBy, groupRuns, type RunGroup } from './run-groups.ts';
import { differenceCells, differenceNotes, differences, sharedTerms } from './settings.ts';
import { mean, sampleDeviation } from './statistics.ts';
import type { Cell, Column, Row, Table } from './table.ts';

/** Layers × methods: where each method puts the zeros, and what is left to compute. One block of rows per requested sparsity. */
export function layerTable(results: readonly RunResult[]): Table {
  const groups = groupRuns(results).filter((group) => group.finished.length > 0 && !group.dense);
  const found = differences(groups);
  const methods = [...new Set(groups.map((group) => group.method))];
  const blocks = groupBy(groups, ({ setting, requested }) => `${setting.key} ${requested}`);
  const rows = [...blocks.values()].flatMap((block) => {
    const { setting, requested } = block[0] as RunGroup;
    const runs = block.flatMap((group) => group.finished.map((run) => run.id));
    const layers = groupBy(block.flatMap(layersOf), ({ layer }) => layer.name);
    return [...layers].map(([name, samples]): Row => {
      const { layer } = samples[0] as LayerSample;
      const cells: Record<string, Cell> = {
        ...differenceCells(found, setting, runs),
        ...requestedCells(requested, [], runs),
        layer: { value: name, runs },
        size: { value: layer.size, runs },
        denseMultiplyAdds: { value: layer.denseMultiplyAdds, runs },
      };
      for (const [method, own] of groupBy(samples, (sample) => sample.method)) {
        const prunable = own.every((sample) => sample.layer.prunable);
        cells[sparsityKey(method)] = { ...meanOf(own, 'sparsity'), ...(!prunable && { text: 'dense' }) };
        cells[multiplyAddsKey(method)] = meanOf(own, 'multiplyAdds');
      }
      return { cells };
    });
  });
  const terms = sharedTerms(groups);
  return {
    caption: `Sparsity and multiply-adds by layer${terms ? `: ${terms}` : ''}`,
    columns: [
      ...found.map(({ column }) => column),
      ...requestedColumns(groups).filter(({ identifies }) => identifies),
      ...COLUMNS,
      ...methods.flatMap(methodColumns),
    ],
    rows,
    footnotes: [
      ...differenceNotes(found),
      { text: 'Means over the seeds. “dense”: left dense on purpose. Multiply-adds are those of one forward pass of one example.' },
    ],
  };
}

// --- helpers ---

const COLUMNS: readonly Column[] = [
  { key: 'layer', label: 'Layer', format: 'text', align: 'left', identifies: true },
  { key: 'size', label: 'Weights', format: 'si', align: 'right' },
  { key: 'denseMultiplyAdds', label: 'Multiply-adds dense', format: 'si', align: 'right' },
];

const sparsityKey = (method: string): string => `sparsity: ${method}`;
const multiplyAddsKey = (method: string): string => `multiplyAdds: ${method}`;

const methodColumns = (method: string): Column[] => [
  { key: sparsityKey(method), label: `${method} sparsity`, unit: '%', format: 'percent', align: 'right', deviation: 'data' },
  { key: multiplyAddsKey(method), label: `${method} multiply-adds`, format: 'si', align: 'right', deviation: 'data' },
];

interface LayerSample {
  readonly method: string;
  readonly run: FinishedResult;
  readonly layer: LayerResult;
}

const layersOf = ({ method, finished }: RunGroup): LayerSample[] =>
  finished.flatMap((run) => run.layers.map((layer) => ({ method, run, layer })));

function meanOf(samples: readonly LayerSample[], key: 'sparsity' | 'multiplyAdds'): Cell {
  const values = samples.map(({ layer }) => layer[key]);
  const deviation = sampleDeviation(values);
  return {
    value: mean(values),
    n: values.length,
    runs: samples.map(({ run }) => run.id),
    ...(deviation !== undefined && { deviation }),
  };
}
