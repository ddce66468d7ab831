import type * as tf from '@tensorflow/tfjs';

/** The variables behind a layer's weights, which TensorFlow.js keeps to itself. */
export const variablesOf = (weights: readonly tf.LayerVariable[]): tf.Variable[] =>
  weights.map((weight) => (weight as unknown as { val: tf.Variable }).val);
