import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { variablesOf } from '../kernels/test-helpers.ts';
import { eagerAndReplayed, installOwnOperations } from './test-helpers.ts';

installOwnOperations(2);

/** All of TensorFlow.js. TensorFlow fuses some of them with what goes before, in code that can round otherwise. */
const ACTIVATIONS = [
  'elu',
  'gelu',
  'gelu_new',
  'hardSigmoid',
  'linear',
  'mish',
  'relu',
  'relu6',
  'selu',
  'sigmoid',
  'softmax',
  'softplus',
  'softsign',
  'swish',
  'tanh',
] as const;
type Activation = (typeof ACTIVATIONS)[number];

const { layers } = tf;
/** Twelve channels are no whole vectors, which takes oneDNN's other code. */
const before = (layer: tf.layers.Layer, activation: Activation): tf.Sequential =>
  tf.sequential({ layers: [layer, layers.activation({ activation })] });
const LAYERS: readonly [string, readonly number[], (activation: Activation) => tf.layers.Layer][] = [
  ['conv2d', [4, 6, 5, 3], (activation) => layers.conv2d({ filters: 12, kernelSize: 3, padding: 'same', activation })],
  ['conv2d of 1x1', [4, 6, 5, 8], (activation) => layers.conv2d({ filters: 12, kernelSize: 1, activation })],
  [
    'conv2d without a bias',
    [4, 6, 5, 3],
    (activation) => layers.conv2d({ filters: 12, kernelSize: 3, strides: 2, useBias: false, activation }),
  ],
  ['conv1d', [4, 12, 5], (activation) => layers.conv1d({ filters: 12, kernelSize: 3, activation })],
  ['conv2dTranspose', [4, 4, 4, 5], (activation) => layers.conv2dTranspose({ filters: 12, kernelSize: 3, strides: 2, activation })],
  ['separableConv2d', [4, 7, 7, 5], (activation) => layers.separableConv2d({ filters: 12, kernelSize: 3, activation })],
  ['depthwiseConv2d', [4, 7, 7, 12], (activation) => layers.depthwiseConv2d({ kernelSize: 3, activation })],
  ['dense', [32, 20], (activation) => layers.dense({ units: 12, activation })],
  ['large dense', [128, 784], (activation) => layers.dense({ units: 300, activation })],
  ['dense of three dimensions', [8, 6, 20], (activation) => layers.dense({ units: 12, activation })],
  ['batchNormalization', [4, 5, 5, 12], (activation) => before(layers.batchNormalization({ inputShape: [5, 5, 12] }), activation)],
  ['layerNormalization', [16, 12], (activation) => before(layers.layerNormalization({ inputShape: [12] }), activation)],
  ['averagePooling2d', [4, 6, 6, 12], (activation) => before(layers.averagePooling2d({ inputShape: [6, 6, 12], poolSize: 2 }), activation)],
  ['simpleRNN', [16, 5, 9], (activation) => layers.simpleRNN({ units: 12, recurrentInitializer: 'glorotNormal', activation })],
];

describe.each(LAYERS)('of %s, a compiled step', (_, shape, make) => {
  it.each(ACTIVATIONS)('has the outputs and gradients of an eager one, to the bit, with %s', (activation) => {
    const layer = make(activation);
    const x = tf.randomNormal([...shape], 0, 1, 'float32', 1);
    const apply = (input: tf.Tensor): tf.Tensor => layer.apply(input, { training: true }) as tf.Tensor;
    const direction = tf.randomNormal(tf.tidy(() => apply(x)).shape, 0, 1, 'float32', 2);
    const variables = variablesOf(layer.trainableWeights);
    for (const [i, variable] of variables.entries()) variable.assign(tf.randomNormal(variable.shape, 0, 0.5, 'float32', 3 + i));

    const { eager, replayed } = eagerAndReplayed(
      (feeds) => {
        const [input, weight] = [feeds.x, feeds.direction] as [tf.Tensor, tf.Tensor];
        const slope = tf.grad((z) => tf.mul(apply(z), weight))(input);
        const slopes = variables.length > 0 && tf.variableGrads(() => tf.sum(tf.mul(apply(input), weight)) as tf.Scalar, variables).grads;
        return tf.concat([apply(input), slope, ...Object.values(slopes || {})].map((tensor) => tensor.flatten()));
      },
      { x, direction },
    );
    expect(replayed).toEqual(eager);
  });
});
