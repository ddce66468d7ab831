import { defineModel, type ModelContext, tf } from '@espalier/core';
import * as z from 'zod';

/**
 * LeNet-300-100: a fully connected network with two hidden layers.
 *
 *   input, flattened -> fc1 300, relu -> fc2 100, relu -> fc3, one logit per class
 *
 * Size (784 inputs, 10 classes): 266,200 kernel weights, as many multiply-adds, 410 biases.
 * Shapes: any input shape; output [batch, classes].
 * Initializers: He normal before a relu (fc1, fc2), LeCun normal for fc3, both cut off at two standard deviations by TensorFlow.js; biases 0.
 * Source: LeCun, Bottou, Bengio, Haffner, "Gradient-Based Learning Applied to Document Recognition", 1998, section III.
 * Differs from the paper: relu instead of a scaled tanh, and with it the initializers; logits for a softmax instead of a squared error.
 * This is the form in which the pruning literature uses it (Han et al., 2015).
 *
 * @param options.width Factor on the units of fc1 and fc2, rounded, at least 1 unit each. Default 1.
 * @example lenet300({ width: 0.5 })
 * @see https://doi.org/10.1109/5.726791
 */
export const lenet300 = defineModel({
  name: 'lenet-300-100',
  summary: 'LeNet-300-100, fully connected, 266,200 weights on MNIST (LeCun et al., 1998)',
  options: z.strictObject({ width: z.number().positive().default(1).describe('Factor on the units of the hidden layers') }),
  create: ({ width }) => ({ build: (context) => build(context, width), usual: { inputShape: [28, 28, 1], classes: 10 } }),
});

// --- helpers ---

function build({ inputShape, classes, seed }: ModelContext, width: number): tf.LayersModel {
  const { heNormal, leCunNormal } = tf.initializers;
  const units = (n: number) => Math.max(1, Math.round(n * width));
  const size = inputShape.reduce((product, dimension) => product * dimension, 1);
  return tf.sequential({
    name: 'lenet-300-100',
    layers: [
      tf.layers.inputLayer({ inputShape: [...inputShape], name: 'input' }),
      tf.layers.reshape({ targetShape: [size], name: 'flatten' }),
      tf.layers.dense({ units: units(300), activation: 'relu', kernelInitializer: heNormal({ seed: seed('fc1') }), name: 'fc1' }),
      tf.layers.dense({ units: units(100), activation: 'relu', kernelInitializer: heNormal({ seed: seed('fc2') }), name: 'fc2' }),
      tf.layers.dense({ units: classes, kernelInitializer: leCunNormal({ seed: seed('fc3') }), name: 'fc3' }),
    ],
  });
}
