import { defineModel, type ModelContext, tf } from '@espalier/core';
import * as z from 'zod';
import { imageShape } from './image-shape.ts';
import { batchNorm, classifier, conv, globalMean, relu } from './layers.ts';

/**
 * VGG-16 with batch norm for CIFAR-sized images, and one dense layer instead of three.
 *
 *   2 convolutions of 64 filters, 2 of 128, 3 of 256, 3 of 512, 3 of 512, all 3x3 with batch norm and relu; max-pool 2 after each group but the
 *   last -> mean over the image -> fc, one logit per class
 *
 * Size (32x32x3, 10 classes): 14,715,584 kernel weights, 313,201,664 multiply-adds; 8,448 trained and 8,448 running values of batch norm,
 * 10 biases.
 * Shapes: input [batch, height, width, channels], at least 16x16; output [batch, classes].
 * Initializers: He normal for the convolutions, LeCun normal for fc, both cut off at two standard deviations by TensorFlow.js.
 * Source: Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2015, configuration D, in the form in
 * which the pruning literature uses it on CIFAR (Li et al., 2017; Liu et al., 2019).
 * Differs from the paper: batch norm instead of biases; one dense layer; a mean instead of the last max-pool; the initializers.
 *
 * @throws {EspalierError} `E_INPUT_SHAPE` if the examples are not images, or smaller than 16x16.
 * @example vgg16Bn()
 * @see https://arxiv.org/abs/1409.1556
 */
export const vgg16Bn = defineModel({
  name: 'vgg16-bn',
  summary: 'VGG-16 with batch norm for CIFAR-sized images, 14,715,584 weights (Simonyan and Zisserman, 2015)',
  options: z.strictObject({}),
  create: () => ({ build, usual: { inputShape: [32, 32, 3], classes: 10 } }),
});

// --- helpers ---

const GROUPS = [
  [64, 64],
  [128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [512, 512, 512],
];

function build(context: ModelContext): tf.LayersModel {
  const input = tf.input({ shape: imageShape('vgg16-bn', context.inputShape, 16), name: 'input' });
  let x = input;
  for (const [group, layers] of GROUPS.entries()) {
    if (group > 0) x = tf.layers.maxPooling2d({ poolSize: 2, strides: 2, name: `pool${group}` }).apply(x) as tf.SymbolicTensor;
    for (const [i, filters] of layers.entries()) {
      const name = `${group + 1}_${i + 1}`;
      x = relu(`relu${name}`, batchNorm(`bn${name}`, conv(context, `conv${name}`, { filters, size: 3 }, x)));
    }
  }
  return tf.model({ inputs: input, outputs: classifier(context, globalMean(x)), name: 'vgg16-bn' });
}
