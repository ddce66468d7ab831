import { type ModelContext, tf } from '@espalier/core';
import { imageShape } from './image-shape.ts';
import { add, batchNorm, classifier, conv, globalMean, relu } from './layers.ts';

/** The residual part of a block: layers named `name` + `.conv1`, `.bn1` and so on. */
type Residual = (context: ModelContext, name: string, filters: number, strides: number, x: tf.SymbolicTensor) => tf.SymbolicTensor;

export interface ImagenetResnet {
  /** Per stage. */
  readonly blocks: readonly number[];
  readonly residual: Residual;
  /** Channels that a block of f filters puts out, in units of f. */
  readonly expansion: number;
}

/**
 * A residual network for ImageNet-sized images, its layers named as in torchvision; convolutions and classifier have no bias.
 *
 *   conv1 7x7x64, stride 2 -> max-pool 3x3, stride 2 -> 4 stages, 64 to 512 filters -> mean over the image -> fc, one logit per class
 *   shortcut: x, or where shape or channels change a 1x1 convolution with batch norm (`downsample.0`, `downsample.1`)
 */
export function imagenetResnet(name: string, { blocks, residual, expansion }: ImagenetResnet, context: ModelContext): tf.LayersModel {
  const input = tf.input({ shape: imageShape(name, context.inputShape, 1), name: 'input' });
  let x = relu('relu', batchNorm('bn1', conv(context, 'conv1', { filters: 64, size: 7, strides: 2 }, input)));
  x = maxPool(x);
  for (const [stage, count] of blocks.entries()) {
    const filters = 64 * 2 ** stage;
    for (let i = 0; i < count; i++) {
      const block = `layer${stage + 1}.${i}`;
      const strides = stage > 0 && i === 0 ? 2 : 1;
      const inner = residual(context, block, filters, strides, x);
      const isSame = strides === 1 && x.shape[3] === filters * expansion;
      const shortcut = isSame ? x : downsample(context, `${block}.downsample`, filters * expansion, strides, x);
      x = relu(`${block}.relu`, add(`${block}.add`, inner, shortcut));
    }
  }
  return tf.model({ inputs: input, outputs: classifier(context, globalMean(x), false), name });
}

/** 3x3, 3x3: ResNet-18 and 34. */
export const basicBlock: Residual = (context, name, filters, strides, x) => {
  const inner = relu(`${name}.relu1`, batchNorm(`${name}.bn1`, conv(context, `${name}.conv1`, { filters, size: 3, strides }, x)));
  return batchNorm(`${name}.bn2`, conv(context, `${name}.conv2`, { filters, size: 3 }, inner));
};

/** 1x1, 3x3, 1x1 to four times the filters: ResNet-50 and up. The 3x3 convolution has the stride (version 1.5). */
export const bottleneck: Residual = (context, name, filters, strides, x) => {
  const narrow = relu(`${name}.relu1`, batchNorm(`${name}.bn1`, conv(context, `${name}.conv1`, { filters, size: 1 }, x)));
  const inner = relu(`${name}.relu2`, batchNorm(`${name}.bn2`, conv(context, `${name}.conv2`, { filters, size: 3, strides }, narrow)));
  return batchNorm(`${name}.bn3`, conv(context, `${name}.conv3`, { filters: 4 * filters, size: 1 }, inner));
};

// --- helpers ---

/** Padded with zeros: after a relu no maximum is below them. */
function maxPool(x: tf.SymbolicTensor): tf.SymbolicTensor {
  const padded = tf.layers.zeroPadding2d({ padding: 1, name: 'maxpool.pad' }).apply(x);
  return tf.layers.maxPooling2d({ poolSize: 3, strides: 2, name: 'maxpool' }).apply(padded) as tf.SymbolicTensor;
}

const downsample = (context: ModelContext, name: string, filters: number, strides: number, x: tf.SymbolicTensor): tf.SymbolicTensor =>
  batchNorm(`${name}.1`, conv(context, `${name}.0`, { filters, size: 1, strides }, x));
