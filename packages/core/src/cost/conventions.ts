/** What a kernel's cost follows from. */
export interface CountedKernel {
  readonly size: number;
  /** Weights that are not zero. */
  readonly nonzero: number;
  /** Times each weight is used in one forward pass of one example. */
  readonly uses: number;
  /** Filters, each with one output per use. */
  readonly filters: number;
}

/** How a paper counts. */
export interface CostConvention {
  /** What `operations` counts, for headings. */
  readonly unit: 'multiply-adds' | 'operations';
  /** One line for footnotes. */
  readonly summary: string;
  /** Of one forward pass of one example. */
  operations(kernel: CountedKernel): number;
  /** What the kernel takes in storage. */
  bytes(kernel: CountedKernel): number;
}

/**
 * The conventions of the pruning literature, which differ by more than a factor of 2. n weights that are not zero out of N, each used u times,
 * F filters.
 *
 *   paper   operations n·u                 bytes 4·n                                STR, DNW, GMP, ST-3: multiply-adds of convolutional and dense
 *                                                                                   layers; values without their positions
 *   rigl    operations 2·n·u + F·u         bytes 4·n + (n < N: N/8) + 4·F           RigL, SET, SNFS in RigL's tables: multiplications and additions,
 *                                                                                   an addition for a bias and a multiplication for a relu per output;
 *                                                                                   values, a bit mask where there are zeros, biases
 *
 * Every output of `rigl` takes n·u/F − 1 additions for its sum, 1 for a bias and 1 for a relu, also where a layer has neither: batch
 * normalization is folded into a bias. A depthwise convolution counts as one filter, as in RigL's code. Nothing else is counted: no
 * pooling, no sum of a shortcut.
 *
 * @see https://github.com/google-research/rigl (`sparse_utils.get_stats`), https://github.com/RAIVNLab/STR (`budgets`)
 */
export const costConventions = Object.freeze({
  paper: {
    unit: 'multiply-adds',
    summary: 'Multiply-adds of convolutional and dense layers; 4 bytes for each weight left, none for its position.',
    operations: ({ nonzero, uses }) => nonzero * uses,
    bytes: ({ nonzero }) => 4 * nonzero,
  },
  rigl: {
    unit: 'operations',
    summary:
      'Operations are multiplications and additions, with a bias and a relu for each output; 4 bytes for each weight left and each bias, a bit mask for layers with zeros.',
    operations: ({ nonzero, uses, filters }) => 2 * nonzero * uses + filters * uses,
    bytes: ({ size, nonzero, filters }) => 4 * nonzero + (nonzero < size ? size / 8 : 0) + 4 * filters,
  },
}) satisfies Readonly<Record<string, CostConvention>>;

export type CostConventionName = keyof typeof costConventions;
