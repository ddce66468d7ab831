import { defineModel, definePlugin, type ModelContext, tf } from '@espalier/core';
import * as z from 'zod';

/**
 * A small convolutional network: two convolutions, one dense layer.
 *
 *   conv1 3x3, relu -> max-pool 2 -> conv2 3x3, relu -> max-pool 2 -> fc, one logit per class
 *
 * Shapes: input [batch, height, width, channels], at least 10x10; output [batch, classes].
 * Initializers: He normal before a relu, LeCun normal for the output; biases 0.
 */
export const myComponent = defineModel({
  name: 'my-component',
  summary: 'Two convolutions and a dense layer',
  options: z.strictObject({ filters: z.int().positive().default(8).describe('Of the first convolution; the second has twice as many') }),
  create: ({ filters }) => ({
    usual: { inputShape: [28, 28, 1], classes: 10 },
    build: ({ inputShape, classes, seed }: ModelContext) => {
      const { heNormal, leCunNormal } = tf.initializers;
      const conv = (name: string, count: number) =>
        tf.layers.conv2d({
          name,
          filters: count,
          kernelSize: 3,
          activation: 'relu',
          kernelInitializer: heNormal({ seed: seed(name) }), // all randomness comes from `seed`, by name
        });
      return tf.sequential({
        name: 'my-component',
        layers: [
          tf.layers.inputLayer({ inputShape: [...inputShape], name: 'input' }),
          conv('conv1', filters),
          tf.layers.maxPooling2d({ poolSize: 2, strides: 2, name: 'pool1' }),
          conv('conv2', 2 * filters),
          tf.layers.maxPooling2d({ poolSize: 2, strides: 2, name: 'pool2' }),
          tf.layers.flatten({ name: 'flatten' }),
          tf.layers.dense({ units: classes, kernelInitializer: leCunNormal({ seed: seed('fc') }), name: 'fc' }), // logits
        ],
      });
    },
  }),
});

export default definePlugin({ name: 'espalier-plugin-my-component', apiVersion: 1, components: [myComponent] });
