import type { CopiedResults, RunResult } from '@espalier/core/results';
import { accuracyVsCount } from './accuracy-vs-count.ts';
import type { Figure } from './figure.ts';

/** Test accuracy against the number of weights that are left, on a logarithmic axis; else as `accuracyVsSparsity`. */
export const accuracyVsWeights = (results: readonly RunResult[], copied: readonly CopiedResults[] = []): Figure[] =>
  accuracyVsCount(results, copied, {
    name: 'accuracy-vs-weights',
    label: 'Weights left',
    meaning: 'Prunable weights that are not zero',
    of: ({ nonzero }) => nonzero,
  });
