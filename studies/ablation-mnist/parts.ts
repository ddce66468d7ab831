import { l1, l2 } from '@espalier/core';
import { autopruneEstimator, leaky } from '@espalier/str';
import type { Config } from 'espalier';
import { ablationPart } from '../shared/ablation-part.ts';
import type { Part } from '../shared/study.ts';

export const DATA_SETS = ['mnist', 'fashion-mnist'] as const;
export type DataSet = (typeof DATA_SETS)[number];

/** LeNet-300-100 is small enough for the whole grid; soft thresholds in short runs want a high learning rate. */
const small = { model: 'lenet-300-100', training: { epochs: 3, learningRate: 0.1 } } satisfies Config;
/** A convolutional network, one epoch each. */
const convolutional = { model: 'lenet5', training: { epochs: 1 } } satisfies Config;
const seeds = [0, 1, 2];
const sparsity = [0.9, 0.95, 0.98];
const oneAtATime = { axes: { g: 'all', estimator: 'all' }, mode: 'one-at-a-time' } as const;

/** What the study trains, the short runs first. Runs that two parts share are trained once. */
export const parts = (data: readonly DataSet[]): readonly Part[] =>
  [...data.flatMap(smallParts), ...data.map(convolutionalPart)].map(ablationPart);

// --- helpers ---

type NamedAblation = Parameters<typeof ablationPart>[0];

const smallParts = (data: DataSet): readonly NamedAblation[] => {
  const shared = { data, seeds } satisfies Config;
  return [
    {
      ...shared,
      ...small,
      sparsity: 0.98,
      ablation: { name: `${data}-g-by-estimator`, pruner: 'str', axes: { g: 'all', estimator: 'all' }, mode: 'grid' },
    },
    { ...shared, ...small, sparsity, ablation: { name: `${data}-lenet-300-100`, pruner: 'str', ...oneAtATime } },
    {
      ...shared,
      ...small,
      sparsity: 0.98,
      ablation: {
        name: `${data}-operator-by-estimator`,
        pruner: 'thresholded',
        axes: {
          operator: ['soft', 'hard', 'feather'],
          estimator: ['subgradient', 'straight-through', leaky({ alpha: 0.5 }), 'sigmoid-mask', 'long-tail', autopruneEstimator()],
        },
        mode: 'grid',
      },
    },
    {
      ...shared,
      ...small,
      sparsity: [0.9, 0.98],
      ablation: {
        name: `${data}-l1-or-l2`,
        pruner: 'str',
        axes: { 'training.regularizers.weights': [l2({ lambda: 1e-3 }), l1({ lambda: 1e-6 }), l1({ lambda: 1e-5 }), l1({ lambda: 1e-4 })] },
      },
    },
  ];
};

/** A convolutional network takes ten times as long: one thing at a time, and no threshold functions that break the paper's conditions. */
const convolutionalPart = (data: DataSet): NamedAblation => ({
  data,
  seeds,
  ...convolutional,
  sparsity,
  ablation: {
    name: `${data}-lenet5`,
    pruner: 'str',
    axes: {
      g: ['exp', 'softplus', 'tanh', 'arctan', 'algebraic'],
      estimator: 'all',
    },
    mode: 'one-at-a-time',
  },
});
