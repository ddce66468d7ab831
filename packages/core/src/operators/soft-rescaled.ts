import * as z from 'zod';
import { defineOperator } from '../component.ts';
import { tf } from '../tf.ts';
import { sumToShape } from '../thresholded.ts';
import { soft } from './soft.ts';

/**
 * Soft threshold whose survivors are scaled up to make good for what was lost, weights under one threshold together:
 *
 *   Ŵ = c·sign(W)·max(|W| − τ, 0)        c = 1.01/(r + 0.01)        r = (mean |W|·1{|W| > τ} + 1e-6)/(mean |W| + 1e-6)
 *
 * The means run over the weights that share a threshold: a layer, or with one threshold per filter a filter, as ST-3 does.
 *
 *   ∂Ŵ/∂W = c·1{|W| > τ}        ∂Ŵ/∂τ = −c·sign(W)·1{|W| > τ}        with c taken for a constant
 *
 * @see Vanderschueren & De Vleeschouwer, WACV 2023, https://arxiv.org/abs/2212.01076
 */
export const softRescaled = defineOperator({
  name: 'soft-rescaled',
  summary: 'Soft threshold, scaled up to make good for what was lost (ST-3)',
  options: z.strictObject({}),
  create: () => {
    const plain = soft();
    return {
      pools: true,
      apply: (weight, threshold) => plain.apply(weight, threshold).mul(factor(weight, threshold)),
      derivatives(weight, threshold, effective) {
        const c = factor(weight, threshold);
        const of = plain.derivatives(weight, threshold, effective);
        return { weight: of.weight.mul(c), threshold: of.threshold.mul(c) };
      },
    };
  },
});

// --- helpers ---

function factor(weight: tf.Tensor, threshold: tf.Tensor): tf.Tensor {
  const magnitudes = weight.abs();
  const share = threshold.size / weight.size;
  const mean = (values: tf.Tensor) => sumToShape(values, threshold.shape).mul(share).add(1e-6);
  const left = magnitudes.mul(magnitudes.greater(threshold).cast('float32'));
  return tf.div(1.01, mean(left).div(mean(magnitudes)).add(0.01));
}
