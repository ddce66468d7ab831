import {
  countsLeft,
  definePlugin,
  defineThresholdSource,
  EspalierError,
  type Kernel,
  keepCounts,
  keepSurvivors,
  kthLargest,
  type PrunedLayer,
  tf,
  topKMasks,
  toTarget,
} from '@espalier/core';
import * as z from 'zod';

/**
 * A quantile of each layer's magnitudes, found anew every `every` steps; the share that it removes grows to the sparsity that is asked for
 * during the first half of the training.
 *
 *   τ_ℓ = the (k + 1)-th largest |W| of the layer,   k = N_ℓ − (N_ℓ − k_ℓ)·min(1, 2·progress)
 *
 * Shapes: τ is a scalar per layer.
 *
 * @throws `E_OPTIONS` without a sparsity, or for another target than one.
 * @example thresholded({ sparsity: 0.95, source: myComponent({ every: 5 }) })
 */
export const myComponent = defineThresholdSource({
  name: 'my-component',
  summary: "A quantile of each layer's magnitudes",
  options: z.strictObject({ every: z.int().positive().default(10).describe('Steps between updates') }),
  create: ({ every }) => ({
    towards(given) {
      const target = toTarget(given);
      if (target === null || !('sparsity' in target)) throw new EspalierError('E_OPTIONS', 'my-component needs a sparsity in [0, 1).');
      const { sparsity } = target;
      return {
        sparsity, // the promise
        init: (kernel, { kernels }) => ({
          keep: keepCounts(kernels, everywhere(kernels, sparsity), sparsity).get(kernel.name) ?? kernel.size,
          threshold: tf.variable(tf.scalar(0), false),
        }),
        threshold: (_, { threshold }) => threshold,
        reported: ({ threshold }) => threshold,
        beforeStep(layers, { step, totalSteps }) {
          if (step % every === 0) for (const layer of layers) rank(layer, Math.min(1, (2 * step) / totalSteps));
        },
        /** Makes the promise exact, equal magnitudes and rounding aside: what ranks too low is set to 0. */
        finish(layers, { operator }) {
          for (const layer of layers) {
            const { kernel, state } = layer;
            const [left] = countsLeft([layer], () => operator.apply(kernel.weight, state.threshold));
            if (left === state.keep) continue;
            rank(layer, 1);
            const [mask] = topKMasks([kernel.weight.abs()], state.keep);
            const { threshold: variable } = state;
            if (mask) keepSurvivors(kernel.weight, mask, { variable, threshold: (held) => held, operator, zero: 'intruders' });
          }
        },
      };
    },
  }),
});

export default definePlugin({ name: 'espalier-plugin-my-component', apiVersion: 1, components: [myComponent] });

// --- helpers ---

interface State {
  readonly keep: number;
  readonly threshold: tf.Variable;
}

const everywhere = (kernels: readonly Kernel[], sparsity: number) => new Map(kernels.map(({ name }) => [name, sparsity]));

/** Moves the threshold to where a fraction of what is to go is gone. */
function rank({ kernel: { size, weight }, state: { keep, threshold } }: PrunedLayer<State>, fraction: number): void {
  const now = Math.round(size - (size - keep) * fraction);
  threshold.assign(tf.scalar(now < size ? kthLargest([weight.abs()], now + 1) : 0));
}
