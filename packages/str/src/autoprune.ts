import { definePruner, hard, sparsityOption, targetOptions, thresholdedPruner } from '@espalier/core';
import * as z from 'zod';
import { autopruneEstimator as estimator } from './estimators/autoprune.ts';
import { cBelongsToLeaky, maskParameter, maskParameterOptions } from './mask-parameter.ts';

/**
 * AutoPrune: a parameter m beside each weight is trained to say whether the weight stays.
 *
 *   Ŵ = W·1{m > 0}        ∂L/∂W = G·1{m > 0}        ∂L/∂m = G·sign(W)·h'(m) + λ·h'(m)
 *   h': linear 1 · leaky 1 where m ≥ 0, else c · softplus σ(m)
 *
 * The sign of W instead of W keeps large weights from making m oscillate; a small slope below 0 lets pruned weights come back.
 *
 * **With `sparsity`** (the default) the free knob is solved for: in place of λ, one number is taken from every m every `every` steps, so
 * that the scheduled share of them is positive. At the end the count is exact to the weight. **With `sparsity: null`** and `lambda` it runs
 * free.
 *
 * Shapes: kernels of any rank; m has the kernel's shape.
 * Differs from the paper: the exact budget; m learns from the training data, in the same step as the weights, where the paper alternates
 * and takes held-out data for m; m starts at |W|. The paper's form for neurons and filters isn't here.
 *
 * @throws `E_OPTIONS` if `lambda` meets a sparsity, or neither is given.
 * @example autoPrune({ sparsity: 0.95 })
 * @see Xiao, Wang & Rajasekaran, NeurIPS 2019,
 * https://proceedings.neurips.cc/paper/2019/hash/4efc9e02abdab6b6166251918570a307-Abstract.html
 */
export const autoPrune = definePruner({
  name: 'autoprune',
  summary: 'A trained parameter beside each weight says whether it stays (Xiao et al., 2019)',
  options: z
    .strictObject({
      ...targetOptions,
      sparsity: sparsityOption.nullable().default(0.9).describe('Fraction of the weights to remove; null runs free'),
      ...maskParameterOptions,
    })
    .refine(...cBelongsToLeaky),
  create: ({ sparsity, multiplyAdds, bytes, ...source }) =>
    thresholdedPruner({
      ...{ sparsity, multiplyAdds, bytes },
      source: maskParameter(source),
      operator: hard(),
      estimator: estimator({ variant: source.variant, c: source.c }),
    }),
});
