import * as tf from '@tensorflow/tfjs';
import { replaceKernel } from './native.ts';

/**
 * softmax(x) = exp(x − max x) / Σ exp(x − max x) over the last axis, in four ops instead of one.
 *
 * Slower by 0.06 ms, but in a compiled step the library replaces its own `Softmax` by that of oneDNN, which rounds otherwise; these ops
 * give the same bits there as in an eager step.
 */
export function installSoftmax(): void {
  replaceKernel('Softmax', () => (args) => {
    const logits = args.inputs.logits as tf.Tensor;
    return tf.tidy(() => {
      const powers = tf.exp(tf.sub(logits, tf.max(logits, -1, true)));
      return tf.div(powers, tf.sum(powers, -1, true));
    });
  });
}
