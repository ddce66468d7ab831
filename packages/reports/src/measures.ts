import type { FinishedResult } from '@espalier/core/results';
import { type Asked, budgetAsked, sparsityAsked, UNIT_NAMES } from './asked.ts';
import { si } from './format.ts';
import { meanCell, samplesOf } from './samples.ts';
import type { Cell, Column, Footnote } from './table.ts';

/** The columns that say what came out of a group of runs, the same in every table that has a row per group. */

const number = { align: 'right', deviation: 'data' } as const;

const REQUESTED: Column = {
  key: 'requestedSparsity',
  label: 'Requested sparsity',
  unit: '%',
  format: 'percent',
  align: 'right',
  identifies: true,
};

/** The sparsity that was asked for, and budgets in other units where there are any, with what was reached of them. */
export const requestedColumns = (groups: readonly { readonly requested: Asked }[]): Column[] => [
  REQUESTED,
  ...unitsOf(groups).flatMap((unit): Column[] => {
    const share = { unit: '%', format: 'percent', align: 'right' } as const;
    return [
      { ...share, key: `requested ${unit}`, label: `Requested ${UNIT_NAMES[unit]}`, identifies: true },
      { ...share, ...number, key: `reached ${unit}`, label: `Reached ${UNIT_NAMES[unit]}` },
    ];
  }),
];

/** The cells of these columns. */
export function requestedCells(requested: Asked, finished: readonly FinishedResult[], runs: readonly string[]): Record<string, Cell> {
  const budget = budgetAsked(requested);
  const reached = finished.filter((run) => run.reached !== undefined);
  return {
    requestedSparsity: { value: sparsityAsked(requested), runs },
    ...(budget && {
      [`requested ${budget.unit}`]: { value: budget.value, runs },
      [`reached ${budget.unit}`]: meanCell(samplesOf(reached, (run) => run.reached as number)),
    }),
  };
}

/** How those budgets are counted. */
export const requestedNotes = (groups: readonly { readonly requested: Asked }[]): Footnote[] =>
  unitsOf(groups).map((unit) => ({
    text:
      unit === 'bytes'
        ? 'Bytes are those of the pruned kernels, as a share of the dense ones: 4 for each weight left, and a bit mask.'
        : 'Requested multiply-adds are those of the pruned kernels, as a share of the dense ones.',
  }));

export const ACCURACY: Column = {
  ...number,
  key: 'accuracy',
  label: 'Test accuracy',
  unit: '%',
  format: 'percent',
  direction: 'higher',
  deviation: 'shown',
};
export const MULTIPLY_ADDS: Column = { ...number, key: 'multiplyAdds', label: 'Multiply-adds', format: 'si', direction: 'lower' };

/** Of runs that have them; results of older versions don't. */
const TRAINING: readonly Column[] = [
  { ...number, key: 'trainingMultiplyAdds', label: 'Training multiply-adds', format: 'si' },
  { ...number, key: 'trainingMultiplyAddsFraction', label: '… of dense training', unit: '%', format: 'percent', digits: 1 },
];
const REACHED_AT: Column = { ...number, key: 'reachedAtEpoch', label: 'Reached at (epoch)', format: 'si' };

/** With the reference's name; seed by seed, so the interval is narrower than the two deviations let one think. */
export const differenceColumn = (reference: string): Column => ({
  ...number,
  key: 'accuracyDelta',
  label: `Δ to ${reference}`,
  unit: 'pp',
  format: 'points',
  direction: 'higher',
  interval: true,
});

/** All of them. Sizes that are the same everywhere stay out of text: the note on the denominator has them. */
export function measureColumns(runs: readonly FinishedResult[], difference: Column | undefined): Column[] {
  const constant = (value: (run: FinishedResult) => number) => new Set(runs.map(value)).size < 2 && { dataOnly: true };
  return [
    { ...number, key: 'sparsity', label: 'Reached sparsity', unit: '%', format: 'percent', deviation: 'shown' },
    { ...number, key: 'wholeSparsity', label: 'Whole-model sparsity', unit: '%', format: 'percent' },
    ACCURACY,
    ...(difference ? [difference] : []),
    { ...number, key: 'nonzero', label: 'Nonzero weights', format: 'si' },
    { key: 'size', label: 'Prunable weights', format: 'si', align: 'right', ...constant((run) => run.size) },
    { key: 'parameters', label: 'Parameters', format: 'si', align: 'right', ...constant((run) => run.parameters) },
    MULTIPLY_ADDS,
    { ...number, key: 'multiplyAddsFraction', label: '… of dense', unit: '%', format: 'percent', digits: 1 },
    ...(runs.some(hasTrainingCost) ? TRAINING : []),
    ...(runs.some(({ reachedAt }) => reachedAt) ? [REACHED_AT] : []),
  ];
}

/** The cells of these columns, but for the difference. */
export function measureCells(finished: readonly FinishedResult[]): Record<string, Cell> {
  const statistic = (value: (run: FinishedResult) => number, runs = finished) => meanCell(samplesOf(runs, value));
  const trained = finished.filter(hasTrainingCost);
  return {
    sparsity: statistic((run) => run.sparsity),
    wholeSparsity: statistic((run) => run.wholeSparsity),
    accuracy: statistic((run) => run.accuracy),
    nonzero: statistic((run) => run.nonzero),
    size: statistic((run) => run.size),
    parameters: statistic((run) => run.parameters),
    multiplyAdds: statistic((run) => run.multiplyAdds),
    multiplyAddsFraction: statistic((run) => (run.denseMultiplyAdds ? run.multiplyAdds / run.denseMultiplyAdds : 1)),
    trainingMultiplyAdds: statistic((run) => run.trainingMultiplyAdds ?? 0, trained),
    trainingMultiplyAddsFraction: statistic(
      (run) => (run.denseTrainingMultiplyAdds ? (run.trainingMultiplyAdds ?? 0) / run.denseTrainingMultiplyAdds : 1),
      trained,
    ),
    reachedAtEpoch: statistic(
      (run) => run.reachedAt?.epoch ?? 0,
      finished.filter(({ reachedAt }) => reachedAt),
    ),
  };
}

/** The denominators of sparsity, and what multiply-adds are. */
export function measureNotes(runs: readonly FinishedResult[]): Footnote[] {
  const counted = (value: (run: FinishedResult) => number) => {
    const [first, ...others] = new Set(runs.map(value));
    return first === undefined || others.length ? '' : `${si(first)} `;
  };
  const prunable = counted((run) => run.size);
  const parameters = counted((run) => run.parameters);
  return [
    {
      text: `Sparsity is the share of zeros among the ${prunable}prunable weights; of the whole model: among all its ${parameters}parameters.`,
    },
    { text: 'Multiply-adds are those of one forward pass of one example with the nonzero weights.' },
    ...(runs.some(hasTrainingCost)
      ? [
          {
            text: 'Those of training are of all steps with all their examples: forward, gradients of the inputs, and gradients of the weights that the method needs.',
          },
        ]
      : []),
    ...(runs.some(({ reachedAt }) => reachedAt)
      ? [
          {
            text: 'Reached at: from there on no step used more than 1.01 times the weights that are promised, or the multiply-adds where these are.',
          },
        ]
      : []),
  ];
}

const hasTrainingCost = (run: FinishedResult): boolean => run.trainingMultiplyAdds !== undefined;

/** What ± and brackets are, where there are any. */
export function statisticsNotes(cells: readonly Cell[], reference: string | undefined): Footnote[] {
  const several = cells.some((cell) => (cell.n ?? 0) > 1);
  const intervals = cells.some((cell) => cell.interval);
  const interval = intervals
    ? ', with the 95 % confidence interval of its mean in brackets (Student’s t, not corrected for multiple comparisons)'
    : '';
  return [
    ...(reference === undefined ? [] : [{ text: `Δ to ${reference} is paired by seed, in percentage points${interval}.` }]),
    ...(several ? [{ text: 'Means over the seeds; ± is the sample standard deviation, left out where it is zero.' }] : []),
  ];
}

// --- helpers ---

const unitsOf = (groups: readonly { readonly requested: Asked }[]) => [
  ...new Set(groups.flatMap(({ requested }) => budgetAsked(requested)?.unit ?? [])),
];
