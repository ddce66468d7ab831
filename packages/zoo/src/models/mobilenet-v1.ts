import { defineModel, type ModelContext, tf } from '@espalier/core';
import * as z from 'zod';
import { imageShape } from './image-shape.ts';
import { batchNorm, centred, classifier, globalMean, relu } from './layers.ts';

/**
 * MobileNetV1: depthwise separable convolutions.
 *
 *   conv1 3x3x32, stride 2 -> 13 pairs of dw 3x3 (one filter per channel) and pw 1x1 (64, 128, 128, 256, 256, 6 x 512, 1024, 1024 filters),
 *   stride 2 in dw2, dw4, dw6 and dw12; batch norm and relu after each -> mean over the image -> fc, one logit per class
 *
 * Size (224x224x3, 1000 classes, width 1): 4,209,088 kernel weights in 28 layers, 568,740,352 multiply-adds; 21,888 trained and 21,888 running
 * values of batch norm, no biases.
 * Shapes: input [batch, height, width, channels] of any size; output [batch, classes].
 * Initializers: uniform in ±1/√(inputs of a filter) for the convolutions, LeCun normal for fc.
 * Source: Howard et al., "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications", 2017, table 1.
 * Differs from the paper: the classifier has no bias and the initializers are PyTorch's, both as in the official code of STR (whose
 * classifier is He normal); a width is rounded down to whole channels, at least 8, as in the authors' code.
 *
 * @param options.width Factor on the channels of all layers but the last. Default 1.
 * @throws {EspalierError} `E_INPUT_SHAPE` if the examples are not images.
 * @example mobilenetV1({ width: 0.5 })
 * @see https://arxiv.org/abs/1704.04861
 */
export const mobilenetV1 = defineModel({
  name: 'mobilenet-v1',
  summary: 'MobileNetV1, 4,209,088 weights on ImageNet (Howard et al., 2017)',
  options: z.strictObject({ width: z.number().positive().default(1).describe('Factor on the channels of every layer') }),
  create: ({ width }) => ({ build: (context) => build(context, width), usual: { inputShape: [224, 224, 3], classes: 1000 } }),
});

// --- helpers ---

/** Filters of each pointwise convolution, and the stride of the depthwise one before it. */
const PAIRS: readonly (readonly [filters: number, strides: number])[] = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  ...Array.from({ length: 5 }, (): [number, number] => [512, 1]),
  [1024, 2],
  [1024, 1],
];

function build(context: ModelContext, width: number): tf.LayersModel {
  const channels = (n: number) => Math.max(8, Math.floor(n * width));
  const input = tf.input({ shape: imageShape('mobilenet-v1', context.inputShape, 1), name: 'input' });
  let x = normalized('conv1', conv(context, 'conv1', channels(32), 3, 2, input));
  for (const [i, [filters, strides]] of PAIRS.entries()) {
    x = normalized(`dw${i + 1}`, depthwise(context, `dw${i + 1}`, strides, x));
    x = normalized(`pw${i + 1}`, conv(context, `pw${i + 1}`, channels(filters), 1, 1, x));
  }
  return tf.model({ inputs: input, outputs: classifier(context, globalMean(x), false), name: 'mobilenet-v1' });
}

const normalized = (name: string, x: tf.SymbolicTensor) => relu(`${name}.relu`, batchNorm(`${name}.bn`, x));

function conv({ seed }: ModelContext, name: string, filters: number, size: number, strides: number, x: tf.SymbolicTensor) {
  const { input, padding } = centred(name, size, strides, x);
  const kernelInitializer = uniform(size * size * (x.shape[3] as number), seed(name));
  return tf.layers
    .conv2d({ filters, kernelSize: size, strides, padding, useBias: false, kernelInitializer, name })
    .apply(input) as tf.SymbolicTensor;
}

function depthwise({ seed }: ModelContext, name: string, strides: number, x: tf.SymbolicTensor) {
  const { input, padding } = centred(name, 3, strides, x);
  const depthwiseInitializer = uniform(9, seed(name));
  return tf.layers
    .depthwiseConv2d({ kernelSize: 3, strides, padding, useBias: false, depthwiseInitializer, name })
    .apply(input) as tf.SymbolicTensor;
}

function uniform(inputs: number, seed: number) {
  const bound = 1 / Math.sqrt(inputs);
  return tf.initializers.randomUniform({ minval: -bound, maxval: bound, seed });
}
