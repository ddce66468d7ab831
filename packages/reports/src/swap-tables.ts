import type { RunResult } from '@espalier/core/results';
import { type Asked, askedPhrase, askedSlug } from './asked.ts';
import { enumerate, percent } from './format.ts';
import { ACCURACY, differenceColumn, statisticsNotes } from './measures.ts';
import { pivotTables } from './pivot-table.ts';
import { differenceCell, meanCell, pairedBySeed, type Sample, samplesOf } from './samples.ts';
import { mean } from './statistics.ts';
import { accuracyCell, accuracyDifference, problemsOf, sliceNotes } from './study-cells.ts';
import { idsOf, pointAt, type StudyPoint, type StudySlice, slicesOf, sparsitiesOf } from './study-points.ts';
import type { StudyTable } from './study-tables.ts';
import {
  controlsOf,
  matrixOf,
  meanBySeed,
  type SwapCells,
  type SwapStudy,
  selectionsOf,
  sharesOfVariation,
  swapCells,
} from './swap-matrix.ts';
import type { Cell, Column, Footnote, Row, Table } from './table.ts';

/**
 * What a swap of budgets and selections shows, four tables for each requested sparsity: the matrix (budgets down, selections across, and
 * each method as it is), what budgets and selections contribute on average, how much of a method's lead over the first one comes from
 * either, and the controls. What the study asked for and is not there is shown.
 */
export function swapTables(swap: SwapStudy, results: readonly RunResult[]): StudyTable[] {
  const matrix = matrixOf(swap);
  const grids = pivotTables(matrix, results, { rows: swap.budgets, columns: swap.selections });
  const controlled = slicesOf(controlsOf(swap), results).flatMap(({ points }) => points);
  return slicesOf(matrix, results).flatMap((slice) =>
    sparsitiesOf(slice.points).flatMap((requested, index): StudyTable[] => {
      const suffix = `${slice.suffix}-${askedSlug(requested)}`;
      const lost = withoutBudget(swap, slice, requested);
      const grid = grids[index];
      const at: At = { swap, slice, requested, cells: swapCells(swap, slice.points, requested) };
      return [
        ...(grid ? [{ ...grid, table: { ...grid.table, footnotes: [...grid.table.footnotes, ...lost] } }] : []),
        { name: `${swap.name}-effects${suffix}`, table: effectsTable(at) },
        { name: `${swap.name}-leads${suffix}`, table: leadsTable(at) },
        ...(swap.swap.controls.length || swap.swap.leftOut.length
          ? [{ name: `${swap.name}-controls${suffix}`, table: controlsTable(at, controlled, lost) }]
          : []),
      ];
    }),
  );
}

// --- helpers ---

interface At {
  readonly swap: SwapStudy;
  readonly slice: StudySlice;
  readonly requested: Asked;
  readonly cells: SwapCells;
}

const text = (key: string, label: string): Column => ({ key, label, format: 'text', align: 'left', identifies: true });

const sparsityText = (requested: Asked): string => askedPhrase(requested);

/** Means of rows and columns, and how far they lie from the mean of all: allocation and selection effects. */
function effectsTable({ swap, slice, requested, cells }: At): Table {
  const selections = selectionsOf(swap);
  const all = swap.methods.map((budget) => selections.map((selection) => cells.at(budget, selection)));
  const whole = meanBySeed(all.flat());
  const effect: Column = { ...differenceColumn('the mean of all'), key: 'effect', label: 'Effect' };
  const row = (part: string, of: string, samples: readonly Sample[]): Row => {
    const runs = [...new Set(samples.flatMap((sample) => sample.runs))];
    const named = { part: { value: part, runs }, of: { value: of, runs } };
    return { cells: { ...named, accuracy: meanCell(samples), effect: differenceCell(samples, whole) } };
  };
  const rows = [
    ...swap.methods.map((budget, i) => row('allocation', budget, meanBySeed(all[i] as readonly (readonly Sample[])[]))),
    ...selections.map((selection, j) => row('selection', selection, meanBySeed(all.map((cell) => cell[j] as readonly Sample[])))),
  ];
  const shares = cells.seeds.length
    ? sharesOfVariation(all.map((line) => line.map((cell) => mean(cell.map(({ value }) => value)))))
    : undefined;
  return {
    caption: `What budgets and selections contribute${sparsityText(requested)}: ${slice.terms}`,
    columns: [text('part', 'Part'), text('of', 'Of'), { ...ACCURACY, label: 'Mean accuracy' }, effect],
    rows,
    footnotes: [
      {
        text: 'Effect: mean of a row of the matrix (allocation) or of a column (selection) minus the mean of all its cells, without those of the methods as they are; per seed, in percentage points, with the 95 % confidence interval of the mean in brackets (Student’s t, not corrected for multiple comparisons).',
      },
      ...(shares
        ? [
            {
              text: `Of the variation among the cells’ means, the budget explains ${percent(shares.allocation, 0)} %, the selection ${percent(shares.selection, 0)} %, and ${percent(shares.interaction, 0)} % is neither’s alone.`,
              runs: cells.seeds.length ? all.flat().flatMap((cell) => cell.flatMap((sample) => sample.runs)) : [],
            },
          ]
        : []),
      ...seedNotes(cells),
      ...statisticsNotes(
        [...rows].flatMap((one) => one.cells.accuracy ?? []),
        undefined,
      ),
    ],
  };
}

/**
 * The difference of each method to the first, taken apart by the order-free (Shapley) way of changing one thing at a time:
 *
 *   allocation = ½·[(y_mr − y_rr) + (y_mm − y_rm)]      selection = ½·[(y_rm − y_rr) + (y_mm − y_mr)]       y_bs: budget of b, selection by s
 *
 * They add up to y_mm − y_rr. What is left of the difference between the methods as they are is that they find their budgets on the way.
 */
function leadsTable({ swap, slice, requested, cells }: At): Table {
  const { methods, swap: parts } = swap;
  const selectionOf = (method: string) => parts.selectionOf[method] as string;
  const [reference = '', ...others] = methods;
  const own = (method: string): Sample[] => {
    const point = pointAt(slice.points, { [swap.budgets]: method, [swap.selections]: swap.own }, requested);
    return samplesOf(point?.finished ?? [], (run) => run.accuracy).filter(({ seed }) => cells.seeds.includes(seed));
  };
  const rows = others.map((method): Row => {
    const y = (budget: string, selection: string) => cells.at(budget, selectionOf(selection));
    const half = (a: readonly Sample[], b: readonly Sample[]) => meanBySeed([a, b]);
    const allocation = half(
      pairedBySeed(y(method, reference), y(reference, reference)),
      pairedBySeed(y(method, method), y(reference, method)),
    );
    const selection = half(
      pairedBySeed(y(reference, method), y(reference, reference)),
      pairedBySeed(y(method, method), y(method, reference)),
    );
    const lead = pairedBySeed(own(method), own(reference));
    const both = pairedBySeed(y(method, method), y(reference, reference));
    const runs = [...new Set(lead.flatMap((sample) => sample.runs))];
    const cell = (samples: readonly Sample[]) =>
      differenceCell(
        samples,
        samples.map((sample) => ({ ...sample, value: 0, runs: [] })),
      );
    return {
      cells: {
        method: { value: method, runs },
        accuracyDelta: cell(lead),
        allocation: cell(allocation),
        selection: cell(selection),
        fixing: cell(pairedBySeed(lead, both)),
      },
    };
  });
  const column = (key: string, label: string): Column => ({ ...differenceColumn(reference), key, label });
  return {
    caption: `Where the difference to ${reference} comes from${sparsityText(requested)}: ${slice.terms}`,
    columns: [
      text('method', 'Method'),
      differenceColumn(reference),
      column('allocation', 'From allocation'),
      column('selection', 'From selection'),
      column('fixing', 'From fixing the budget'),
    ],
    rows,
    footnotes: [
      {
        text: `Allocation: what the method’s budget gains over that of ${reference}, the mean of the gains under either selection; selection: the same the other way around. The two add up to the difference between the diagonal cells of the matrix. The last column is the rest: what the method loses by having its budget fixed from the start, less what ${reference} loses by it.`,
      },
      ...statisticsNotes(
        rows.flatMap((one) => Object.values(one.cells)),
        reference,
      ),
      ...seedNotes(cells),
    ],
  };
}

/** What each control is, in the words of its table. */
const CONTROLS: Readonly<Record<string, string>> = {
  rewound: 'the final mask from the first step on, with the init of the run that it is from',
  'layer-shuffled': 'that mask permuted inside each layer, with that init',
  reinitialized: 'that mask, with another draw of the init',
  random: 'a random mask with as many weights in each layer, with that init',
  'small-dense': 'a dense network so narrow that it has about as many weights',
};

function controlsTable({ swap, slice, requested }: At, points: readonly StudyPoint[], lost: readonly Footnote[]): Table {
  const { controls, leftOut } = swap.swap;
  const shown = points.filter((point) => point.requested === requested);
  const problems = problemsOf(controlsOf(swap), shown);
  const find = (method: string, control: string) => pointAt(shown, { [swap.budgets]: method, [swap.selections]: control }, requested);
  const [first] = controls;
  const second = first === 'rewound' ? { ...differenceColumn('rewound'), key: 'rewoundDelta' } : undefined;
  const rows = swap.methods.flatMap((method) =>
    [swap.own, ...controls].map((control): Row => {
      const point = find(method, control);
      const runs = point ? idsOf(point) : [];
      const weights: Cell = meanCell(samplesOf(point?.finished ?? [], (run) => run.nonzero));
      return {
        cells: {
          method: { value: method, runs },
          control: { value: control, runs },
          accuracy: accuracyCell(point, ACCURACY, problems),
          accuracyDelta: accuracyDifference(point, find(method, swap.own)),
          ...(second && {
            rewoundDelta: control === swap.own ? { value: null, runs: [] } : accuracyDifference(point, find(method, 'rewound')),
          }),
          nonzero: weights,
        },
      };
    }),
  );
  return {
    caption: `What the masks are worth${sparsityText(requested)}: ${slice.terms}`,
    columns: [
      text('method', 'Method'),
      text('control', 'Control'),
      { ...ACCURACY, counted: true },
      differenceColumn(swap.own),
      ...(second ? [second] : []),
      { key: 'nonzero', label: 'Weights', format: 'si', align: 'right', deviation: 'data' },
    ],
    rows,
    footnotes: [
      {
        text: `${[`${swap.own}: the method as it is`, ...controls.flatMap((control) => (CONTROLS[control] ? [`${control}: ${CONTROLS[control]}`] : []))].join('; ')}.`,
      },
      ...(controls.includes('layer-shuffled') && controls.includes('random')
        ? [{ text: 'Layer-shuffled and random masks are two draws from the same distribution: what tells them apart is chance.' }]
        : []),
      ...leftOut.map(({ control, reason }) => ({ text: `${control} is left out: ${reason}.` })),
      ...sliceNotes(slice),
      ...statisticsNotes(
        rows.flatMap((row) => Object.values(row.cells)),
        swap.own,
      ),
      ...problems.notes,
      ...lost,
    ],
  };
}

/** Methods whose budget isn't known, since their run isn't there: nothing could be planned on it. */
function withoutBudget(swap: SwapStudy, { points }: StudySlice, requested: Asked): Footnote[] {
  const lacking = swap.methods.flatMap((method) => {
    const point = pointAt(points, { [swap.budgets]: method, [swap.selections]: swap.own }, requested);
    const seeds = [...(point?.failed ?? []).map(({ seed }) => seed), ...(point?.missing ?? []).map(({ spec }) => spec.seed)];
    return seeds.length ? [`${method} (${seeds.length === 1 ? 'seed' : 'seeds'} ${enumerate(seeds.map(String))})`] : [];
  });
  if (!lacking.length) return [];
  return [
    { text: `No budget of ${enumerate(lacking)} is known, so what rests on it is not in the table. “${swap.command}” goes on with it.` },
  ];
}

function seedNotes({ seeds }: SwapCells): Footnote[] {
  if (!seeds.length) return [{ text: 'No seed has every cell of the matrix, so there is nothing to average.' }];
  return [
    {
      text: `From ${seeds.length === 1 ? 'seed' : 'seeds'} ${enumerate(seeds.map(String))}, which ${seeds.length === 1 ? 'has' : 'have'} every cell of the matrix.`,
    },
  ];
}
