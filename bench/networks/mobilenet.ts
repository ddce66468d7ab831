import { type ModelContext, tf } from '@espalier/core';

/** MobileNetV1 at width 0.25 (Howard et al., 2017): a convolution and 13 blocks of a depthwise and a pointwise one. */
export function mobilenet({ inputShape, classes, seed }: ModelContext): tf.LayersModel {
  const same = 'same' as const;
  const init = (name: string) => tf.initializers.heNormal({ seed: seed(name) });
  const model = tf.sequential({ name: 'mobilenet', layers: [tf.layers.inputLayer({ inputShape: [...inputShape], name: 'input' })] });
  const normalized = (layer: tf.layers.Layer, norm: string, relu: string) => {
    model.add(layer);
    model.add(tf.layers.batchNormalization({ name: norm }));
    model.add(tf.layers.reLU({ maxValue: 6, name: relu }));
  };
  const conv = (name: string, filters: number, kernelSize: number, strides: number) =>
    tf.layers.conv2d({ filters, kernelSize, strides, padding: same, useBias: false, kernelInitializer: init(name), name });
  normalized(conv('conv1', 8, 3, 2), 'bn1', 'relu1');
  for (const [i, { filters, strides }] of BLOCKS.entries()) {
    const block = `block${i + 1}`;
    const name = `${block}.depthwise`;
    const depthwise = {
      kernelSize: 3,
      strides,
      padding: same,
      useBias: false,
      depthwiseInitializer: tf.initializers.truncatedNormal({ stddev: DEPTHWISE_STDDEV, seed: seed(name) }),
      name,
    };
    normalized(tf.layers.depthwiseConv2d(depthwise), `${block}.bn1`, `${block}.relu1`);
    normalized(conv(`${block}.pointwise`, filters, 1, 1), `${block}.bn2`, `${block}.relu2`);
  }
  model.add(tf.layers.globalAveragePooling2d({ name: 'pool' }));
  model.add(tf.layers.dense({ units: classes, kernelInitializer: init('fc'), name: 'fc' }));
  return model;
}

// --- helpers ---

/** He's, for the 9 inputs that an output has; TensorFlow.js counts those of all channels. */
const DEPTHWISE_STDDEV = Math.sqrt(2 / 9);

const BLOCKS = [
  { filters: 16, strides: 1 },
  { filters: 32, strides: 2 },
  { filters: 32, strides: 1 },
  { filters: 64, strides: 2 },
  { filters: 64, strides: 1 },
  { filters: 128, strides: 2 },
  ...Array.from({ length: 5 }, () => ({ filters: 128, strides: 1 })),
  { filters: 256, strides: 2 },
  { filters: 256, strides: 1 },
];
