import type { CopiedResults, RunResult } from '@espalier/core/results';
import { accuracyVsCount } from './accuracy-vs-count.ts';
import type { Figure } from './figure.ts';

/** Test accuracy against the multiply-adds that are left, on a logarithmic axis; else as `accuracyVsSparsity`. */
export const accuracyVsMultiplyAdds = (results: readonly RunResult[], copied: readonly CopiedResults[] = []): Figure[] =>
  accuracyVsCount(results, copied, {
    name: 'accuracy-vs-multiply-adds',
    label: 'Multiply-adds',
    meaning: 'Multiply-adds of one example with the weights left',
    of: ({ multiplyAdds }) => multiplyAdds,
  });
