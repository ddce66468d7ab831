import { randomStream, tf } from '@espalier/core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { resnet20 } from './resnet20.ts';

const build = (inputShape: readonly number[]) =>
  resnet20().build({ inputShape, classes: 10, seed: (name) => randomStream(0, 'init', name).seed() });

beforeAll(() => tf.setBackend('cpu'));
afterEach(() => tf.disposeVariables());

describe('resnet20', () => {
  it('takes MNIST, with sizes that are halved to 14 and 7', () => {
    const model = build([28, 28, 1]);
    expect(model.getLayer('stage2.block1.conv1').outputShape).toEqual([null, 14, 14, 32]);
    expect(model.getLayer('stage3.block3.relu2').outputShape).toEqual([null, 7, 7, 64]);
    expect(model.outputShape).toEqual([null, 10]);
  });

  it.each([8, 7])('takes every second pixel of an image of %i and puts zero channels on both sides in a shortcut', (size) => {
    const model = build([size, size, 3]);
    const [x, y] = outputsOf(model, 'stage1.block3.relu2', 'stage2.block1.zeros');
    expect(y?.shape).toEqual([1, Math.ceil(size / 2), Math.ceil(size / 2), 32]);
    tf.tidy(() => {
      const expected = (x as tf.Tensor4D).stridedSlice([0, 0, 0, 0], [1, size, size, 16], [1, 2, 2, 1]).pad([
        [0, 0],
        [0, 0],
        [0, 0],
        [8, 8],
      ]);
      expect(y?.arraySync()).toEqual(expected.arraySync());
    });
    tf.dispose([x, y] as tf.Tensor[]);
  });

  it.each([8, 7])('centres the strided convolution on the pixels of an image of %i that the shortcut takes', (size) => {
    const model = build([size, size, 3]);
    const kernel = tf.buffer([3, 3, 16, 32]);
    for (let channel = 0; channel < 16; channel++) kernel.set(1, 1, 1, channel, channel + 8);
    model.getLayer('stage2.block1.conv1').setWeights([kernel.toTensor()]);
    const [taken, convolved] = outputsOf(model, 'stage2.block1.zeros', 'stage2.block1.conv1');
    expect(convolved?.arraySync()).toEqual(taken?.arraySync());
    tf.dispose([taken, convolved] as tf.Tensor[]);
  });

  it('has a gradient for every trainable weight', () => {
    const model = build([8, 8, 1]);
    tf.tidy(() => {
      const x = tf.randomNormal([2, 8, 8, 1], 0, 1, 'float32', 3);
      const labels = tf.oneHot(tf.tensor1d([1, 2], 'int32'), 10);
      const { value, grads } = tf.variableGrads(() =>
        tf.losses.softmaxCrossEntropy(labels, model.apply(x, { training: true }) as tf.Tensor),
      );
      expect(Number.isFinite(value.arraySync())).toBe(true);
      const trained = model.trainableWeights.map((weight) => (weight.read() as tf.Variable).name);
      expect(Object.keys(grads).sort()).toEqual([...trained].sort());
      for (const name of trained) expect(grads[name]?.abs().sum().arraySync(), name).toBeGreaterThan(0);
    });
  });

  it('refuses examples that are not images', () => {
    expect(() => build([784])).toThrow(expect.objectContaining({ code: 'E_INPUT_SHAPE' }));
  });
});

// --- helpers ---

/** What the named layers give for one random image. */
function outputsOf(model: tf.LayersModel, ...names: readonly string[]): tf.Tensor[] {
  return tf.tidy(() => {
    const outputs = names.map((name) => model.getLayer(name).output as tf.SymbolicTensor);
    const shape = model.inputs[0]?.shape.slice(1) as number[];
    return tf.model({ inputs: model.inputs, outputs }).predict(tf.randomNormal([1, ...shape], 0, 1, 'float32', 5)) as tf.Tensor[];
  });
}
