import type { Cell, Column, Footnote, Row, Table } from '@espalier/reports';
import type { CostResult } from 'espalier';
import { backboneSparsity, type countGmp, type countNetworks, type countRigl, type countStr } from './count.ts';
import { deviation, parsePrinted, roundsTo } from './printed.ts';
import { STR_MOBILENET } from './published.ts';

/** The tables of the page: what was printed, what is counted, and how far they are apart. */

type Counted<T extends (...args: never[]) => Promise<unknown>> = Awaited<ReturnType<T>>;
type Cells = Readonly<Record<string, Partial<Cell> & Pick<Cell, 'value'>>>;

export function at90Table(budgets: readonly { readonly name: string; readonly counted: CostResult }[]): Table {
  return table(
    'ResNet-50 at 90 %: budgets and what they cost',
    [
      text('budget', 'Budget'),
      right('sparsity', 'Sparsity', 'percent', '%'),
      right('backbone', 'Without fc', 'percent', '%'),
      right('nonzero', 'Weights left', 'si'),
      right('multiplyAdds', 'Multiply-adds', 'si'),
      right('share', 'Of the dense ones', 'percent', '%'),
      right('bitmask', 'MB with a bit mask', 'text'),
    ],
    budgets.map(({ name, counted }) => {
      const { sparsity, nonzero, multiplyAdds, denseMultiplyAdds, storage } = counted.total;
      return cells({
        budget: { value: name },
        sparsity: { value: sparsity },
        backbone: { value: backboneSparsity(counted) },
        nonzero: { value: nonzero },
        multiplyAdds: { value: multiplyAdds },
        share: { value: multiplyAdds / denseMultiplyAdds },
        bitmask: { value: (storage.bitmask / 1e6).toFixed(2) },
      });
    }),
  );
}

export function strTable(budgets: Counted<typeof countStr>): Table {
  return table(
    'The 16 budgets of STR for ResNet-50',
    [
      right('printedSparsity', 'Sparsity, copied', 'text'),
      right('sparsity', 'counted', 'percent', '%', 3),
      right('printedBackbone', 'Without fc, copied', 'text'),
      right('backbone', 'counted', 'percent', '%', 3),
      right('printedNonzero', 'Weights left, copied', 'text'),
      right('nonzero', 'counted', 'text'),
      right('printedMultiplyAdds', 'Multiply-adds, copied', 'text'),
      right('multiplyAdds', 'counted', 'text'),
    ],
    budgets.map(({ printed: { overall, backbone, readme }, counted }) =>
      cells({
        printedSparsity: copied(overall),
        sparsity: { value: counted.total.sparsity, ...markOf(counted.total.sparsity * 100, overall) },
        printedBackbone: copied(backbone),
        backbone: { value: backboneSparsity(counted), ...markOf(backboneSparsity(counted) * 100, backbone) },
        printedNonzero: copied(readme?.parameters),
        nonzero: { value: whole(counted.total.nonzero), ...markOf(counted.total.nonzero, readme?.parameters) },
        printedMultiplyAdds: copied(readme?.multiplyAdds),
        multiplyAdds: { value: whole(counted.total.multiplyAdds), ...markOf(counted.total.multiplyAdds, readme?.multiplyAdds) },
      }),
    ),
    NOT_THE_SAME,
  );
}

export function mobilenetTable(gmp: Counted<typeof countGmp>): Table {
  return table(
    'Two budgets of gradual pruning for MobileNetV1, and two of STR with about as many weights',
    [
      text('budget', 'Budget'),
      right('sparsity', 'Sparsity, copied', 'text'),
      right('counted', 'counted', 'percent', '%'),
      right('printedNonzero', 'Weights left, copied', 'text'),
      right('nonzero', 'counted', 'text'),
      right('printedMultiplyAdds', 'Multiply-adds, copied', 'text'),
      right('multiplyAdds', 'counted', 'text'),
    ],
    gmp.flatMap(({ sparsity, counted: { total } }, i) => {
      const str = STR_MOBILENET[i];
      return [
        cells({
          budget: { value: `GMP, ${sparsity * 100} % of pw* and fc` },
          counted: { value: total.sparsity },
          nonzero: { value: whole(total.nonzero) },
          multiplyAdds: { value: whole(total.multiplyAdds) },
        }),
        cells({
          budget: { value: 'STR' },
          sparsity: copied(str?.overall),
          printedNonzero: copied(str?.parameters),
          printedMultiplyAdds: copied(str?.multiplyAdds),
        }),
      ];
    }),
  );
}

export function networksTable(networks: Counted<typeof countNetworks>): Table {
  return table(
    'Networks of the zoo, none of their weights pruned',
    [
      text('model', 'Network'),
      right('printedSize', 'Weights, copied', 'text'),
      right('size', 'counted', 'text'),
      right('printedMultiplyAdds', 'Multiply-adds, copied', 'text'),
      right('multiplyAdds', 'counted', 'text'),
      right('deviation', 'Deviation', 'text'),
      text('source', 'Copied from'),
    ],
    networks.map(({ printed: { model, parameters, multiplyAdds, source }, counted: { total } }) =>
      cells({
        model: { value: model },
        printedSize: copied(parameters),
        size: { value: whole(total.size), ...markOf(total.size, parameters) },
        printedMultiplyAdds: copied(multiplyAdds),
        multiplyAdds: { value: whole(total.multiplyAdds), ...markOf(total.multiplyAdds, multiplyAdds) },
        deviation: { value: deviationText(total.multiplyAdds, multiplyAdds) },
        source: { value: source },
      }),
    ),
    NOT_THE_SAME,
  );
}

export function riglTable(rows: Counted<typeof countRigl>): Table {
  return table(
    'Sizes and operations in the convention of RigL',
    [
      text('model', 'Network'),
      text('distribution', 'Distribution'),
      right('sparsity', 'Sparsity', 'percent', '%', 1),
      text('dense', 'Left dense'),
      right('printedSize', 'MB, copied', 'text'),
      right('size', 'counted', 'text'),
      right('deviation', 'Deviation', 'text'),
      right('printedOperations', 'Operations, copied', 'text'),
      right('operations', 'counted', 'text'),
      right('padded', 'with its padding', 'text'),
    ],
    rows.map(({ printed: { model, distribution, sparsity, exclude, size, operations }, counted: { total }, padded }) => {
      const bytes = total.bytes / 1e6;
      const asShare = operations.endsWith('x');
      const shown = (dense: number, sparse: number) => (asShare ? `${(sparse / dense).toFixed(4)}x` : `${(sparse / 1e6).toFixed(3)}M`);
      return cells({
        model: { value: model },
        distribution: { value: distribution },
        sparsity: { value: sparsity },
        dense: { value: exclude.join(', ') || null },
        printedSize: copied(size),
        size: { value: bytes.toFixed(4), ...markOf(bytes, size) },
        deviation: { value: deviationText(bytes, size) },
        printedOperations: copied(operations),
        operations: { value: shown(total.denseOperations, total.operations) },
        padded: {
          value: shown(padded.dense, padded.sparse),
          ...markOf(asShare ? padded.sparse / padded.dense : padded.sparse, operations),
        },
      });
    }),
    NOT_THE_SAME,
  );
}

// --- helpers ---

const NOT_THE_SAME: readonly Footnote[] = [{ mark: 'x', text: 'Does not round to the copied number.' }];

const table = (caption: string, columns: readonly Column[], rows: readonly Row[], footnotes: readonly Footnote[] = []): Table => ({
  ...{ caption, columns, rows },
  footnotes: footnotes.filter(({ mark }) => rows.some((row) => Object.values(row.cells).some((cell) => cell.mark === mark))),
});

const text = (key: string, label: string): Column => ({ key, label, format: 'text', align: 'left' });

const right = (key: string, label: string, format: Column['format'], unit?: Column['unit'], digits?: number): Column => ({
  ...{ key, label, format, align: 'right' },
  ...(unit && { unit }),
  ...(digits !== undefined && { digits }),
});

const cells = (given: Cells): Row => ({
  cells: Object.fromEntries(Object.entries(given).map(([key, cell]) => [key, { runs: [], ...cell }])),
});

/** 25,502,912 */
const whole = (n: number): string => n.toLocaleString('en-US');

const copied = (value: string | undefined) => ({ value: value ?? null });

const markOf = (counted: number, printed: string | undefined): { mark?: string } =>
  printed !== undefined && !roundsTo(counted, parsePrinted(printed)) ? { mark: 'x' } : {};

function deviationText(counted: number, printed: string): string {
  const percents = (deviation(counted, parsePrinted(printed)) * 100).toFixed(3);
  return `${Number(percents) > 0 ? '+' : ''}${percents.replace('-', Number(percents) === 0 ? '' : '−')} %`;
}
