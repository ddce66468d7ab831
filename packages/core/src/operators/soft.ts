import * as z from 'zod';
import { defineOperator } from '../component.ts';
import { runNativeKernel } from '../native-kernel.ts';
import type { tf } from '../tf.ts';

/**
 * Soft threshold: `Ŵ = sign(W)·max(|W| − τ, 0)`, computed as `W − clip(W, −τ, τ)`, which is the same to the last bit.
 *
 *   ∂Ŵ/∂W = 1{|W| > τ}        ∂Ŵ/∂τ = −sign(W)·1{|W| > τ}
 *
 * A τ below 0 counts as 0, but keeps the slope above, so that one that fell too far can come back.
 * One pass over the weights each way where the engine has kernels for it; forward, only for a threshold that all weights share.
 */
export const soft = defineOperator({
  name: 'soft',
  summary: 'Zero below the threshold, shrunk by it above',
  options: z.strictObject({}),
  create: () => ({
    apply(weight, threshold) {
      const limit = threshold.relu();
      return native(weight, limit) ?? weight.sub(weight.maximum(limit.neg()).minimum(limit));
    },
    derivatives,
    backward(upstream, weight, threshold, effective) {
      const [forWeight, forThreshold] = runNativeKernel('EspalierSoftThresholdGrad', { upstream, effective }) ?? [];
      if (forWeight && forThreshold) return { weight: forWeight, threshold: forThreshold };
      const slopes = derivatives(weight, threshold, effective);
      return { weight: upstream.mul(slopes.weight), threshold: upstream.mul(slopes.threshold) };
    },
  }),
});

// --- helpers ---

function native(weight: tf.Tensor, threshold: tf.Tensor): tf.Tensor | undefined {
  if (threshold.size !== 1 || threshold.rank > weight.rank) return undefined;
  return runNativeKernel('EspalierSoftThreshold', { weight, threshold })?.[0];
}

const derivatives = (_weight: tf.Tensor, _threshold: tf.Tensor, effective: tf.Tensor) => ({
  weight: effective.notEqual(0).cast<tf.Tensor>('float32'),
  threshold: effective.sign().neg(),
});
