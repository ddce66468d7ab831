import { defineModel, type ModelContext, tf } from '@espalier/core';
import * as z from 'zod';
import { imageShape } from './image-shape.ts';
import { batchNormLayer } from './layers.ts';

/**
 * LeNet-5 in the form of Caffe's MNIST example: two convolutions, two dense layers.
 *
 *   conv1 5x5x20 -> max-pool 2 -> conv2 5x5x50 -> max-pool 2 -> fc1 500, relu -> fc2, one logit per class
 *
 * Size (28x28x1, 10 classes): 430,500 kernel weights, 2,293,000 multiply-adds, 580 biases.
 * Shapes: input [batch, height, width, channels], at least 16x16; convolutions without padding; output [batch, classes].
 * Initializers: He normal before the relu (fc1), LeCun normal for the rest, both cut off at two standard deviations by TensorFlow.js; biases 0.
 * Source: LeCun, Bottou, Bengio, Haffner, "Gradient-Based Learning Applied to Document Recognition", 1998, as examples/mnist/lenet_train_test.prototxt
 * of Caffe has it: like there, the only relu is the one of fc1.
 * Differs from the paper: wider layers, every map of conv2 sees all maps of conv1, max-pooling without weights, relu instead of a scaled tanh,
 * a linear output. Differs from Caffe: its initializers are uniform, with the variance of LeCun normal also for fc1.
 *
 * @param options.batchNorm Batch normalization after both convolutions and before the relu of fc1, which then have no biases: for trying a
 * method on a network that has some. Default false.
 * @param options.width Factor on the filters of conv1 and conv2 and the units of fc1, rounded, at least 1 each. Default 1.
 * @throws {EspalierError} `E_INPUT_SHAPE` if the examples are not images, or smaller than 16x16.
 * @example lenet5({ width: 0.5 })
 * @see https://doi.org/10.1109/5.726791
 */
export const lenet5 = defineModel({
  name: 'lenet5',
  summary: "LeNet-5 in Caffe's form, 430,500 weights on MNIST (LeCun et al., 1998)",
  options: z.strictObject({
    batchNorm: z.boolean().default(false).describe('Batch normalization after both convolutions and before the relu of fc1'),
    width: z.number().positive().default(1).describe('Factor on the filters and units of all layers but the last'),
  }),
  create: (options) => ({ build: (context) => build(options, context), usual: { inputShape: [28, 28, 1], classes: 10 } }),
});

// --- helpers ---

interface Lenet5Options {
  readonly batchNorm: boolean;
  readonly width: number;
}

function build({ batchNorm, width }: Lenet5Options, { inputShape, classes, seed }: ModelContext): tf.LayersModel {
  const { heNormal, leCunNormal } = tf.initializers;
  const useBias = !batchNorm;
  const scaled = (n: number) => Math.max(1, Math.round(n * width));
  const conv = (name: string, filters: number) =>
    tf.layers.conv2d({ filters, kernelSize: 5, useBias, kernelInitializer: leCunNormal({ seed: seed(name) }), name });
  const normalized = (name: string) => (batchNorm ? [batchNormLayer(name)] : []);
  return tf.sequential({
    name: 'lenet5',
    layers: [
      tf.layers.inputLayer({ inputShape: imageShape('lenet5', inputShape, 16), name: 'input' }),
      conv('conv1', scaled(20)), // 24x24x20 for MNIST
      ...normalized('bn1'),
      tf.layers.maxPooling2d({ poolSize: 2, strides: 2, name: 'pool1' }), // 12x12x20
      conv('conv2', scaled(50)), // 8x8x50
      ...normalized('bn2'),
      tf.layers.maxPooling2d({ poolSize: 2, strides: 2, name: 'pool2' }), // 4x4x50
      tf.layers.flatten({ name: 'flatten' }), // 800
      tf.layers.dense({
        units: scaled(500),
        useBias,
        ...(batchNorm ? {} : { activation: 'relu' as const }),
        kernelInitializer: heNormal({ seed: seed('fc1') }),
        name: 'fc1',
      }),
      ...(batchNorm ? [batchNormLayer('bn3'), tf.layers.reLU({ name: 'relu' })] : []),
      tf.layers.dense({ units: classes, kernelInitializer: leCunNormal({ seed: seed('fc2') }), name: 'fc2' }),
    ],
  });
}
