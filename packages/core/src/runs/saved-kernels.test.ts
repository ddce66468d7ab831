import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { attach } from '../model/attach.ts';
import { everySecond, onCpu, temporaryFolders, tensorsLeftByAsync, withCode } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { saveModel } from './save-model.ts';
import { savedKernels } from './saved-kernels.ts';

describe('savedKernels', () => {
  onCpu();
  const newFolder = temporaryFolders();

  it('has the pruned kernels of a run as they ended, by name, and leaves no tensor behind', async () => {
    const folder = newFolder();
    const ones = tf.initializers.ones();
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ name: 'conv', filters: 2, kernelSize: 1, inputShape: [2, 2, 1], kernelInitializer: ones }),
        tf.layers.batchNormalization(),
        tf.layers.flatten(),
        tf.layers.dense({ name: 'out', units: 1, kernelInitializer: ones }),
      ],
    });
    attach(model, everySecond).finalize();
    await saveModel(model, path.join(folder, 'model'));
    const left = await tensorsLeftByAsync(async () => {
      expect(Object.fromEntries(await savedKernels(folder))).toEqual({
        conv: Float32Array.of(0, 1),
        out: Float32Array.of(0, 1, 0, 1, 0, 1, 0, 1),
      });
      expect([...(await savedKernels(folder, { exclude: ['out'] })).keys()]).toEqual(['conv']);
    });
    expect(left).toBe(0);
    model.dispose();
  });

  it('refuses a run that has left no model', async () => {
    await expect(savedKernels(newFolder())).rejects.toThrow(withCode('E_SOURCE'));
  });
});
