import { defineModel, type ModelContext, tf } from '@espalier/core';
import * as z from 'zod';

/**
 * A fully connected network: hidden layers of any number and width, with a relu each, then the logits.
 *
 *   input, flattened -> fc1 units[0], relu -> ... -> fcN, one logit per class
 *
 * Size (784 inputs, 10 classes, the default units): 215,200 kernel weights, as many multiply-adds, 600 biases.
 * Shapes: any input shape; output [batch, classes].
 * Initializers: He normal before a relu, LeCun normal for the logits, both cut off at two standard deviations by TensorFlow.js; biases 0.
 *
 * @param options.units Widths of the hidden layers. Default 200, 150, 100, 80, 60: six layers, deep enough for a method's budgets to differ.
 * @example mlp({ units: [100] })
 */
export const mlp = defineModel({
  name: 'mlp',
  summary: 'Fully connected, hidden layers of any number and width; by default six layers of weights',
  options: z.strictObject({
    units: z.array(z.int().positive()).default([200, 150, 100, 80, 60]).describe('Widths of the hidden layers'),
  }),
  create: ({ units }) => ({ build: (context) => build(units, context), usual: { inputShape: [28, 28, 1], classes: 10 } }),
});

// --- helpers ---

function build(units: readonly number[], { inputShape, classes, seed }: ModelContext): tf.LayersModel {
  const { heNormal, leCunNormal } = tf.initializers;
  const size = inputShape.reduce((product, dimension) => product * dimension, 1);
  const last = `fc${units.length + 1}`;
  return tf.sequential({
    name: 'mlp',
    layers: [
      tf.layers.inputLayer({ inputShape: [...inputShape], name: 'input' }),
      tf.layers.reshape({ targetShape: [size], name: 'flatten' }),
      ...units.map((width, i) => {
        const name = `fc${i + 1}`;
        return tf.layers.dense({ units: width, activation: 'relu', kernelInitializer: heNormal({ seed: seed(name) }), name });
      }),
      tf.layers.dense({ units: classes, kernelInitializer: leCunNormal({ seed: seed(last) }), name: last }),
    ],
  });
}
