/** The kinds of components, in the order in which they are shown. Here, so that the help needs nothing heavy. */
export const KINDS = [
  'pruner',
  'threshold-source',
  'threshold-function',
  'estimator',
  'operator',
  'allocation',
  'schedule',
  'score',
  'regularizer',
  'model',
  'dataset',
] as const;
