import { defineModel, type ModelContext, tf } from '@espalier/core';
import * as z from 'zod';
import { imageShape } from './image-shape.ts';

/**
 * ResNet-20 for CIFAR-sized images: a residual network whose shortcuts have no weights (option A).
 *
 *   conv1 3x3x16 -> 3 stages of 3 blocks, 16, 32 and 64 filters -> mean over the image -> fc, one logit per class
 *   block: y = relu(bn2(conv2(relu(bn1(conv1(x))))) + shortcut(x)), 3x3 convolutions; the first block of stages 2 and 3 has stride 2
 *   shortcut: x, or every second pixel of x with zero channels added on both sides
 *
 * Size (32x32x3, 10 classes): 268,336 kernel weights, 40,551,040 multiply-adds; 1,376 trained and 1,376 running values of batch norm, 10 biases.
 * Shapes: input [batch, height, width, channels] of any size, 28x28x1 too; output [batch, classes].
 * Initializers: He normal for the convolutions, LeCun normal for fc, both cut off at two standard deviations by TensorFlow.js.
 * Source: He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2016, section 4.2.
 * Differs from the paper: the initializers' cut-off; LeCun normal for fc. The paper leaves open which channels of a shortcut are zero and the
 * constants of batch norm (here: momentum 0.9, epsilon 1e-5).
 *
 * @throws {EspalierError} `E_INPUT_SHAPE` if the examples are not images.
 * @example resnet20()
 * @see https://arxiv.org/abs/1512.03385
 */
export const resnet20 = defineModel({
  name: 'resnet20',
  summary: 'ResNet-20 for CIFAR-sized images, 268,336 weights (He et al., 2016)',
  options: z.strictObject({}),
  create: () => ({ build }),
});

// --- helpers ---

function build(context: ModelContext): tf.LayersModel {
  const input = tf.input({ shape: imageShape('resnet20', context.inputShape, 1), name: 'input' });
  let x = relu('relu1', batchNorm('bn1', conv(context, 'conv1', 16, 1, input)));
  for (const [stage, filters] of [16, 32, 64].entries()) {
    for (let i = 0; i < 3; i++) {
      x = block(context, `stage${stage + 1}.block${i + 1}`, filters, stage > 0 && i === 0 ? 2 : 1, x);
    }
  }
  const mean = tf.layers.globalAveragePooling2d({ name: 'pool' }).apply(x);
  const kernelInitializer = tf.initializers.leCunNormal({ seed: context.seed('fc') });
  const logits = tf.layers.dense({ units: context.classes, kernelInitializer, name: 'fc' }).apply(mean) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: logits, name: 'resnet20' });
}

function block(context: ModelContext, name: string, filters: number, stride: number, x: tf.SymbolicTensor): tf.SymbolicTensor {
  const inner = relu(`${name}.relu1`, batchNorm(`${name}.bn1`, conv(context, `${name}.conv1`, filters, stride, x)));
  const residual = batchNorm(`${name}.bn2`, conv(context, `${name}.conv2`, filters, 1, inner));
  const added = tf.layers.add({ name: `${name}.add` }).apply([residual, stride === 1 ? x : shortcut(name, filters, stride, x)]);
  return relu(`${name}.relu2`, added as tf.SymbolicTensor);
}

/** A 3x3 convolution, centred on the pixels 0, stride, 2·stride, ... that the shortcut takes; 'same' would shift it by one. */
function conv({ seed }: ModelContext, name: string, filters: number, strides: number, x: tf.SymbolicTensor): tf.SymbolicTensor {
  const padded = strides === 1 ? x : tf.layers.zeroPadding2d({ padding: 1, name: `${name}.pad` }).apply(x);
  const padding = strides === 1 ? 'same' : 'valid';
  const kernelInitializer = tf.initializers.heNormal({ seed: seed(name) });
  return tf.layers
    .conv2d({ filters, kernelSize: 3, strides, padding, useBias: false, kernelInitializer, name })
    .apply(padded) as tf.SymbolicTensor;
}

/** Option A from stock layers, so that a saved model loads anywhere: pooling over one pixel subsamples, 'channelsFirst' pads the last axis. */
function shortcut(name: string, filters: number, strides: number, x: tf.SymbolicTensor): tf.SymbolicTensor {
  const subsampled = tf.layers.averagePooling2d({ poolSize: 1, strides, name: `${name}.subsample` }).apply(x) as tf.SymbolicTensor;
  const zeros = filters - (x.shape[3] as number);
  const padding: [[number, number], [number, number]] = [
    [0, 0],
    [zeros / 2, zeros / 2],
  ];
  return tf.layers.zeroPadding2d({ padding, dataFormat: 'channelsFirst', name: `${name}.zeros` }).apply(subsampled) as tf.SymbolicTensor;
}

const batchNorm = (name: string, x: tf.SymbolicTensor) =>
  tf.layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5, name }).apply(x) as tf.SymbolicTensor;

const relu = (name: string, x: tf.SymbolicTensor) => tf.layers.reLU({ name }).apply(x) as tf.SymbolicTensor;
