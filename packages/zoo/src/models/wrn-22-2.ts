import { defineModel, type ModelContext, tf } from '@espalier/core';
import * as z from 'zod';
import { imageShape } from './image-shape.ts';
import { add, batchNorm, classifier, conv, globalMean, relu } from './layers.ts';

/**
 * WRN-22-2: a wide residual network for CIFAR-sized images, with batch norm and relu before each convolution.
 *
 *   conv1 3x3x16 -> 3 stages of 3 blocks, 32, 64 and 128 filters -> relu(bn) -> mean over the image -> fc, one logit per class
 *   block: a = relu(bn1(x)), y = conv2(relu(bn2(conv1(a)))) + shortcut, 3x3 convolutions; the first block of stages 2 and 3 has stride 2
 *   shortcut: x, or in the first block of a stage a 1x1 convolution of a
 *
 * Size (32x32x3, 10 classes): 1,076,912 kernel weights, 157,730,048 multiply-adds; 2,720 trained and 2,720 running values of batch norm,
 * 10 biases.
 * Shapes: input [batch, height, width, channels] of any size; output [batch, classes].
 * Initializers: He normal for the convolutions, LeCun normal for fc, both cut off at two standard deviations by TensorFlow.js.
 * Source: Zagoruyko and Komodakis, "Wide Residual Networks", 2016; depth 22 and width 2 as the pruning literature uses it (Dettmers and
 * Zettlemoyer, 2019; Evci et al., 2020).
 * Differs from the paper: no dropout; the initializers' cut-off; LeCun normal for fc.
 *
 * @throws {EspalierError} `E_INPUT_SHAPE` if the examples are not images.
 * @example wrn22x2()
 * @see https://arxiv.org/abs/1605.07146
 */
export const wrn22x2 = defineModel({
  name: 'wrn-22-2',
  summary: 'Wide ResNet of depth 22 and width 2, 1,076,912 weights on CIFAR-10 (Zagoruyko and Komodakis, 2016)',
  options: z.strictObject({}),
  create: () => ({ build, usual: { inputShape: [32, 32, 3], classes: 10 } }),
});

// --- helpers ---

function build(context: ModelContext): tf.LayersModel {
  const input = tf.input({ shape: imageShape('wrn-22-2', context.inputShape, 1), name: 'input' });
  let x = conv(context, 'conv1', { filters: 16, size: 3 }, input);
  for (const [stage, filters] of [32, 64, 128].entries()) {
    for (let i = 0; i < 3; i++) x = block(context, `stage${stage + 1}.block${i + 1}`, filters, stage > 0 && i === 0 ? 2 : 1, x);
  }
  const last = relu('relu', batchNorm('bn', x));
  return tf.model({ inputs: input, outputs: classifier(context, globalMean(last)), name: 'wrn-22-2' });
}

function block(context: ModelContext, name: string, filters: number, strides: number, x: tf.SymbolicTensor): tf.SymbolicTensor {
  const active = relu(`${name}.relu1`, batchNorm(`${name}.bn1`, x));
  const inner = relu(`${name}.relu2`, batchNorm(`${name}.bn2`, conv(context, `${name}.conv1`, { filters, size: 3, strides }, active)));
  const residual = conv(context, `${name}.conv2`, { filters, size: 3 }, inner);
  const shortcut = x.shape[3] === filters ? x : conv(context, `${name}.shortcut`, { filters, size: 1, strides }, active);
  return add(`${name}.add`, residual, shortcut);
}
