import { type ModelContext, randomStream, type tf } from '@espalier/core';
import { lenet5, lenet300, resnet20 } from '@espalier/zoo';
import type { NamedArray } from '../pack-arrays.ts';
import { fourConv } from './four-conv.ts';
import { gru } from './gru.ts';
import { mobilenet } from './mobilenet.ts';

/** A network to measure. Its twin in PyTorch has the same name, see peers/networks.py. */
export interface Network {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly batchSize: number;
  /** Instead of the common one. */
  readonly learningRate?: number;
  build(context: ModelContext): tf.LayersModel;
}

const image = [28, 28, 1];

export const NETWORKS = {
  lenet300: { name: 'lenet-300-100', inputShape: image, batchSize: 128, build: lenet300().build },
  lenet5: { name: 'lenet5', inputShape: image, batchSize: 128, build: lenet5().build },
  fourConv: { name: 'four-conv', inputShape: image, batchSize: 64, build: fourConv(false) },
  fourConvBn: { name: 'four-conv-bn', inputShape: image, batchSize: 64, build: fourConv(true) },
  resnet20: { name: 'resnet20', inputShape: [32, 32, 3], batchSize: 128, build: resnet20().build },
  // Rounding grows in it as in no other here: at 1e-3 a step in PyTorch's float32 and one in its float64 part in the fourth digit.
  mobilenet: { name: 'mobilenet', inputShape: [96, 96, 3], batchSize: 32, learningRate: 3e-5, build: mobilenet },
  gru: { name: 'gru', inputShape: [28, 28], batchSize: 128, build: gru },
} satisfies Record<string, Network>;

export const CLASSES = 10;

/** The same initial weights at every call. */
export const buildNetwork = ({ build, inputShape }: Network): tf.LayersModel =>
  build({ inputShape, classes: CLASSES, seed: (layer) => randomStream(0, 'init', layer).seed() });

/** Every weight of a model as `layer/field`. */
export const weightsOf = (model: tf.LayersModel): NamedArray[] =>
  model.layers.flatMap((layer) =>
    layer.weights.map((weight) => {
      const tensor = weight.read();
      return { name: `${layer.name}/${weight.originalName.split('/').at(-1)}`, shape: tensor.shape, values: tensor.dataSync<'float32'>() };
    }),
  );

export interface HostBatch {
  readonly inputs: Float32Array;
  readonly labels: Int32Array;
}

/** Random examples: uniform in [-1, 1), labels of all classes. */
export function randomExamples(inputShape: readonly number[], count: number, purpose: string | number): HostBatch {
  const random = randomStream(0, 'examples', purpose);
  const size = count * inputShape.reduce((product, n) => product * n, 1);
  return {
    inputs: Float32Array.from({ length: size }, () => 2 * random.uniform() - 1),
    labels: Int32Array.from({ length: count }, () => random.int(CLASSES)),
  };
}
