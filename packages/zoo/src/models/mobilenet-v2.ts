import { defineModel, type ModelContext, tf } from '@espalier/core';
import * as z from 'zod';
import { imageShape } from './image-shape.ts';
import { add, batchNorm, centred, classifier, conv, globalMean } from './layers.ts';

/**
 * MobileNetV2: inverted residuals with linear bottlenecks.
 *
 *   conv1 3x3x32, stride 2 -> 17 blocks -> conv2 1x1x1280 -> mean over the image -> fc, one logit per class
 *   block: y = bn(project(relu6(bn(dw(relu6(bn(expand(x)))))))) (+ x where the shape stays), 1x1 to t times the channels, 3x3 depthwise,
 *   1x1; the first block doesn't expand
 *
 * Size (224x224x3, 1000 classes, width 1): 3,469,760 kernel weights in 53 layers, 300,774,272 multiply-adds; 34,112 trained and 34,112 running
 * values of batch norm, 1000 biases.
 * Shapes: input [batch, height, width, channels] of any size; output [batch, classes].
 * Initializers: He normal for the convolutions (by the inputs of a filter in depthwise ones), LeCun normal for fc, all cut off at two standard
 * deviations.
 * Source: Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018, table 2.
 * Differs from the paper: no dropout before the classifier; the initializers. Widths are rounded to multiples of 8, as in the authors' code.
 *
 * @param options.width Factor on the channels of every layer; above 1 also on those of conv2. Default 1.
 * @throws {EspalierError} `E_INPUT_SHAPE` if the examples are not images.
 * @example mobilenetV2({ width: 0.5 })
 * @see https://arxiv.org/abs/1801.04381
 */
export const mobilenetV2 = defineModel({
  name: 'mobilenet-v2',
  summary: 'MobileNetV2, 3,469,760 weights on ImageNet (Sandler et al., 2018)',
  options: z.strictObject({ width: z.number().positive().default(1).describe('Factor on the channels of every layer') }),
  create: ({ width }) => ({ build: (context) => build(context, width), usual: { inputShape: [224, 224, 3], classes: 1000 } }),
});

// --- helpers ---

interface Stage {
  readonly expansion: number;
  readonly filters: number;
  readonly blocks: number;
  readonly strides: number;
}
const STAGES: readonly Stage[] = [
  { expansion: 1, filters: 16, blocks: 1, strides: 1 },
  { expansion: 6, filters: 24, blocks: 2, strides: 2 },
  { expansion: 6, filters: 32, blocks: 3, strides: 2 },
  { expansion: 6, filters: 64, blocks: 4, strides: 2 },
  { expansion: 6, filters: 96, blocks: 3, strides: 1 },
  { expansion: 6, filters: 160, blocks: 3, strides: 2 },
  { expansion: 6, filters: 320, blocks: 1, strides: 1 },
];

function build(context: ModelContext, width: number): tf.LayersModel {
  const input = tf.input({ shape: imageShape('mobilenet-v2', context.inputShape, 1), name: 'input' });
  let x = activated('conv1', conv(context, 'conv1', { filters: divisible(32 * width), size: 3, strides: 2 }, input));
  let number = 1;
  for (const { expansion, filters, blocks, strides } of STAGES) {
    for (let i = 0; i < blocks; i++) {
      x = block(context, `block${number++}`, expansion, divisible(filters * width), i === 0 ? strides : 1, x);
    }
  }
  x = activated('conv2', conv(context, 'conv2', { filters: divisible(1280 * Math.max(1, width)), size: 1 }, x));
  return tf.model({ inputs: input, outputs: classifier(context, globalMean(x)), name: 'mobilenet-v2' });
}

function block(
  context: ModelContext,
  name: string,
  expansion: number,
  filters: number,
  strides: number,
  x: tf.SymbolicTensor,
): tf.SymbolicTensor {
  const channels = x.shape[3] as number;
  const wide = { filters: channels * expansion, size: 1 };
  const expanded = expansion === 1 ? x : activated(`${name}.expand`, conv(context, `${name}.expand`, wide, x));
  const inner = activated(`${name}.dw`, depthwise(context, `${name}.dw`, strides, expanded));
  const projected = batchNorm(`${name}.project.bn`, conv(context, `${name}.project`, { filters, size: 1 }, inner));
  return strides === 1 && channels === filters ? add(`${name}.add`, projected, x) : projected;
}

const activated = (name: string, x: tf.SymbolicTensor) =>
  tf.layers.reLU({ maxValue: 6, name: `${name}.relu` }).apply(batchNorm(`${name}.bn`, x)) as tf.SymbolicTensor;

function depthwise({ seed }: ModelContext, name: string, strides: number, x: tf.SymbolicTensor) {
  const { input, padding } = centred(name, 3, strides, x);
  const depthwiseInitializer = tf.initializers.truncatedNormal({ mean: 0, stddev: Math.sqrt(2 / 9), seed: seed(name) });
  return tf.layers
    .depthwiseConv2d({ kernelSize: 3, strides, padding, useBias: false, depthwiseInitializer, name })
    .apply(input) as tf.SymbolicTensor;
}

/** The nearest multiple of 8, but not less than 90 % of n. */
function divisible(n: number): number {
  const rounded = Math.max(8, 8 * Math.floor((n + 4) / 8));
  return rounded < 0.9 * n ? rounded + 8 : rounded;
}
