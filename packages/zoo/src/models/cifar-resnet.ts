import { type ModelContext, tf } from '@espalier/core';
import { imageShape } from './image-shape.ts';
import { add, batchNorm, classifier, conv, globalMean, relu } from './layers.ts';

/** A residual network of 6·blocks + 2 layers for CIFAR-sized images, with shortcuts that have no weights (option A). */
export function cifarResnet(name: string, blocks: number, context: ModelContext): tf.LayersModel {
  const input = tf.input({ shape: imageShape(name, context.inputShape, 1), name: 'input' });
  let x = relu('relu1', batchNorm('bn1', conv(context, 'conv1', { filters: 16, size: 3 }, input)));
  for (const [stage, filters] of [16, 32, 64].entries()) {
    for (let i = 0; i < blocks; i++) {
      x = block(context, `stage${stage + 1}.block${i + 1}`, filters, stage > 0 && i === 0 ? 2 : 1, x);
    }
  }
  return tf.model({ inputs: input, outputs: classifier(context, globalMean(x)), name });
}

// --- helpers ---

function block(context: ModelContext, name: string, filters: number, strides: number, x: tf.SymbolicTensor): tf.SymbolicTensor {
  const inner = relu(`${name}.relu1`, batchNorm(`${name}.bn1`, conv(context, `${name}.conv1`, { filters, size: 3, strides }, x)));
  const residual = batchNorm(`${name}.bn2`, conv(context, `${name}.conv2`, { filters, size: 3 }, inner));
  return relu(`${name}.relu2`, add(`${name}.add`, residual, strides === 1 ? x : shortcut(name, filters, strides, x)));
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
