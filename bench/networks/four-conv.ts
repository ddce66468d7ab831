import { type ModelContext, tf } from '@espalier/core';

/**
 * Four 3x3 convolutions without biases and a dense layer, with or without batch normalization: the net of the engine's first measurements.
 *
 *   1-32 -> 32-64 /2 -> 64-64 -> 64-128 /2, each with a relu -> fc, one logit per class
 */
export const fourConv =
  (batchNorm: boolean) =>
  ({ inputShape, classes, seed }: ModelContext): tf.LayersModel => {
    const model = tf.sequential({ name: 'four-conv', layers: [tf.layers.inputLayer({ inputShape: [...inputShape], name: 'input' })] });
    for (const [i, { filters, strides }] of CONVOLUTIONS.entries()) {
      const name = `conv${i + 1}`;
      const kernelInitializer = tf.initializers.heNormal({ seed: seed(name) });
      model.add(tf.layers.conv2d({ filters, kernelSize: 3, strides, padding: 'same', useBias: false, kernelInitializer, name }));
      if (batchNorm) model.add(tf.layers.batchNormalization({ name: `bn${i + 1}` }));
      model.add(tf.layers.reLU({ name: `relu${i + 1}` }));
    }
    model.add(tf.layers.flatten({ name: 'flatten' }));
    const kernelInitializer = tf.initializers.leCunNormal({ seed: seed('fc') });
    model.add(tf.layers.dense({ units: classes, useBias: false, kernelInitializer, name: 'fc' }));
    return model;
  };

const CONVOLUTIONS = [
  { filters: 32, strides: 1 },
  { filters: 64, strides: 2 },
  { filters: 64, strides: 1 },
  { filters: 128, strides: 2 },
];
