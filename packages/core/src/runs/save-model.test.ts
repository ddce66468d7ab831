import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { attach } from '../model/attach.ts';
import { everySecond, onCpu, someNumbers, temporaryFolders, tensorsLeftByAsync, values } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { loadModel, saveModel } from './save-model.ts';

const { layers } = tf;

describe('a saved model', () => {
  onCpu();
  const newFolder = temporaryFolders();
  const build = () => {
    const model = tf.sequential({
      layers: [
        layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [5, 5, 1] }),
        layers.batchNormalization(),
        layers.flatten(),
        layers.dense({ units: 3 }),
      ],
    });
    model.setWeights(model.getWeights().map((weight, i) => tf.tensor(someNumbers(weight.size, i).map(Math.abs), weight.shape)));
    return model;
  };

  it('computes the same when it is loaded, to the bit, pruned weights included', async () => {
    const model = build();
    attach(model, everySecond).finalize();
    const x = tf.tensor(someNumbers(50), [2, 5, 5, 1]);
    const outputs = values(() => model.predict(x) as tf.Tensor);
    const folder = path.join(newFolder(), 'model');
    await saveModel(model, folder);
    const left = await tensorsLeftByAsync(async () => {
      const loaded = await loadModel(path.join(folder, 'model.json'));
      expect(values(() => loaded.predict(x) as tf.Tensor)).toEqual(outputs);
      expect(values(() => (loaded.getWeights()[0] as tf.Tensor).notEqual(0).sum())).toEqual([9]);
      loaded.dispose();
    });
    expect(left).toBe(0);
  });

  it('is written as the same bytes each time', async () => {
    const model = build();
    const [a, b] = [newFolder(), newFolder()];
    await saveModel(model, a);
    await saveModel(model, b);
    for (const file of ['model.json', 'weights.bin']) {
      expect(readFileSync(path.join(a, file)).equals(readFileSync(path.join(b, file)))).toBe(true);
    }
  });

  it('is a model in the format of TensorFlow.js', async () => {
    const folder = newFolder();
    await saveModel(build(), folder);
    const json = JSON.parse(readFileSync(path.join(folder, 'model.json'), 'utf8'));
    expect(json).toMatchObject({ format: 'layers-model', weightsManifest: [{ paths: ['weights.bin'] }] });
  });
});
