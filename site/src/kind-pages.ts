import type { Kind } from '@espalier/core';

/** What a page of the reference says of a kind before its components, and the picture that explains them. */
export interface KindPage {
  readonly title: string;
  /** Markdown. */
  readonly about: string;
  /** The interface that a component of the kind implements, in `@espalier/core`. */
  readonly contract: string;
  /** What makes one of one's own. */
  readonly define: string;
  readonly picture?: { readonly file: string; readonly text: string };
}

export const KIND_PAGES: Readonly<Record<Kind, KindPage>> = {
  pruner: {
    title: 'Pruners',
    about: 'A pruning method. In a configuration each entry of `pruners` is one, by its name or as `{ use: name, ...options }`.',
    contract: 'Pruner',
    define: 'definePruner',
  },
  'threshold-source': {
    title: 'Threshold sources',
    about: 'Where the threshold τ of `thresholded` comes from: learned, ranked, or a quantile.',
    contract: 'ThresholdSource',
    define: 'defineThresholdSource',
  },
  'threshold-function': {
    title: 'Threshold functions',
    about:
      'g(s), which turns the learned number s into a threshold. Option `g` of `str` and `learned`. `npx espalier check-threshold-function NAME` measures the conditions of the STR paper on one and draws it.',
    contract: 'ThresholdFunction',
    define: 'defineThresholdFunction',
    picture: { file: 'threshold-functions.svg', text: 'g(s) of every threshold function with its defaults, and below it the slope' },
  },
  estimator: {
    title: 'Estimators',
    about:
      'What flows back through a threshold: the gradients with respect to the weight W and to its threshold τ, given G, the gradient with respect to the effective weight. The picture has both as factors, for the `soft` operator at τ = 0.05 and at the start of the training.',
    contract: 'SubgradientEstimator',
    define: 'defineEstimator',
    picture: { file: 'estimators.svg', text: 'What each estimator lets through, over the magnitude of a weight in thresholds' },
  },
  operator: {
    title: 'Operators',
    about: 'What a threshold does to a weight. Option `operator` of `thresholded`.',
    contract: 'ThresholdOperator',
    define: 'defineOperator',
  },
  allocation: {
    title: 'Allocations',
    about:
      'The rule that divides a sparsity among the layers. Whatever it answers, the total is met to the weight. The picture has what it gives the layers of ResNet-20 at 90 %, those that need nothing but the shapes; `npx espalier cost --model resnet20 --allocation NAME` prints the numbers.',
    contract: 'Allocation',
    define: 'defineAllocation',
    picture: { file: 'allocations.svg', text: 'Sparsity of every layer of ResNet-20 at 90 %, by allocation' },
  },
  schedule: {
    title: 'Schedules',
    about: 'How a target is approached: from the progress of the training to the share of the target that applies.',
    contract: 'Schedule',
    define: 'defineSchedule',
    picture: { file: 'schedules.svg', text: 'Share of the target over the progress of the training, for each schedule with its defaults' },
  },
  score: {
    title: 'Scores',
    about: 'What ranks the weights of a method that keeps the k largest.',
    contract: 'Score',
    define: 'defineScore',
  },
  regularizer: {
    title: 'Regularizers',
    about:
      'A penalty in place of weight decay, by group: `training.regularizers` in [the configuration](../../../docs/configuration.md#regularization).',
    contract: 'Regularizer',
    define: 'defineRegularizer',
  },
  model: {
    title: 'Models',
    about: 'A network by name. For one of your own see [Prune your own model](../../../docs/own-model.md).',
    contract: 'Model',
    define: 'defineModel',
  },
  dataset: {
    title: 'Data sets',
    about:
      'What is trained on. Splits: training, validation (the end of the training file), test. The numbers in a summary are the three of them.',
    contract: 'Dataset',
    define: 'defineDataset',
  },
};
