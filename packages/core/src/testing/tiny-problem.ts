import { randomStream } from '../random.ts';
import { tf } from '../tf.ts';
import type { Batch } from '../training/batch.ts';

/** A problem that a pruner is tried on in milliseconds: three classes of 4×4 pictures, each with a pattern of its own and a little noise. */
export const INPUT_SHAPE = [4, 4, 1];
export const STEPS_PER_EPOCH = 2;
const BATCH_SIZE = 12;
const CLASSES = 3;
const PIXELS = 16;

/** How the kernels start. `rounded` and `constant` give many equal magnitudes, none of them 0. */
export type Start = 'random' | 'rounded' | 'constant';

/** `oneWeight` has a layer with a single weight. */
export type TinyModel = 'convolutional' | 'oneWeight';

/** A new model whose weights depend on `seed` only. Whoever asked for it disposes of it. */
export function tinyModel(kind: TinyModel, seed: number, start: Start = 'random'): tf.LayersModel {
  const model = tf.sequential({ layers: LAYERS[kind]() });
  const random = randomStream(seed, 'tiny model');
  for (const layer of model.layers) {
    const kernel = layer.getWeights()[0];
    if (kernel) tf.tidy(() => layer.setWeights([initial(kernel, start, random.uniform), ...layer.getWeights().slice(1)]));
  }
  return model;
}

/** The batches of one epoch, always the same. Whoever asked for them disposes of them. */
export const tinyBatches = (): Batch[] =>
  Array.from({ length: STEPS_PER_EPOCH }, (_, i) => {
    const { inputs, labels } = examples(i);
    return { inputs: tf.tensor(inputs, [labels.length, ...INPUT_SHAPE]), labels: tf.tensor1d(labels, 'int32') };
  });

/** The examples of one batch, in memory. */
export function examples(batch = 0): { inputs: Float32Array; labels: Int32Array } {
  const labels = Int32Array.from({ length: BATCH_SIZE }, (_, i) => i % CLASSES);
  const random = randomStream(batch, 'tiny examples');
  const inputs = new Float32Array(BATCH_SIZE * PIXELS);
  for (let i = 0; i < inputs.length; i++) {
    const label = labels[Math.floor(i / PIXELS)];
    inputs[i] = (i % PIXELS) % CLASSES === label ? 1 : 0;
    (inputs[i] as number) += 0.4 * (random.uniform() - 0.5);
  }
  return { inputs, labels };
}

// --- helpers ---

const LAYERS: Record<TinyModel, () => tf.layers.Layer[]> = {
  convolutional: () => [
    tf.layers.conv2d({ name: 'convolution', filters: 3, kernelSize: 3, activation: 'relu', inputShape: INPUT_SHAPE }),
    tf.layers.flatten(),
    tf.layers.dense({ name: 'hidden', units: 8, activation: 'relu' }),
    tf.layers.dense({ name: 'output', units: CLASSES }),
  ],
  oneWeight: () => [
    tf.layers.flatten({ inputShape: INPUT_SHAPE }),
    tf.layers.dense({ name: 'first', units: 1 }),
    tf.layers.dense({ name: 'one', units: 1 }),
    tf.layers.dense({ name: 'output', units: CLASSES }),
  ],
};

function initial({ shape, size }: tf.Tensor, start: Start, uniform: () => number): tf.Tensor {
  const fanIn = size / (shape.at(-1) as number);
  const weight = () => (2 * uniform() - 1) * Math.sqrt(6 / fanIn);
  const starts: Record<Start, () => number> = {
    random: weight,
    rounded: () => Math.round(weight() * 4) / 4 || 0.25,
    constant: () => 0.5,
  };
  return tf.tensor(Float32Array.from({ length: size }, starts[start]), shape);
}
