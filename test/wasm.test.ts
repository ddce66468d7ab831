import { createTrainer, randomStream, tf } from '@espalier/core';
import { type StartedEngine, startEngine } from '@espalier/engine';
import { str } from '@espalier/str';
import { lenet5, lenet300, resnet20 } from '@espalier/zoo';
import { beforeAll, describe, expect, test } from 'vitest';

const context = { inputShape: [28, 28, 1], classes: 10, seed: (name: string) => randomStream(0, 'init', name).seed() };

/** WebAssembly takes over where there is no native library: every model of the zoo predicts with it as with the plain JavaScript backend. */
describe('the WebAssembly engine', () => {
  let engine: StartedEngine;
  beforeAll(async () => {
    engine = await startEngine({ engine: 'wasm' });
  });

  test.each([
    ['lenet-300-100', lenet300],
    ['lenet5', lenet5],
    ['resnet20', resnet20],
  ])('predicts with %s', async (_, factory) => {
    const inputs = Float32Array.from({ length: 2 * 784 }, (_, i) => Math.sin(i));
    const outputs: Float32Array[] = [];
    for (const backend of ['wasm', 'cpu']) {
      await tf.setBackend(backend);
      const model = factory().build(context);
      const logits = model.predict(tf.tensor(inputs, [2, 28, 28, 1])) as tf.Tensor;
      outputs.push(logits.dataSync() as Float32Array);
      model.dispose();
    }
    const [wasm = [], cpu = []] = outputs;
    expect(wasm.length).toBe(20);
    expect(Math.max(...cpu.map((value, i) => Math.abs(value - (wasm[i] ?? Number.NaN))))).toBeLessThan(1e-4);
  });

  test('trains LeNet-300-100 to an exact budget', async () => {
    await tf.setBackend('wasm');
    const trainer = createTrainer({ model: lenet300().build(context), pruner: str(), stepsPerEpoch: 100, training: { epochs: 1 }, engine });
    const inputs = tf.tensor(
      Float32Array.from({ length: 20 * 784 }, (_, i) => Math.sin(i * (1 + (Math.floor(i / 784) % 10)))),
      [20, 28, 28, 1],
    );
    const labels = tf.tensor1d(
      Int32Array.from({ length: 20 }, (_, i) => i % 10),
      'int32',
    );
    const losses = Array.from({ length: trainer.totalSteps }, () => trainer.trainStep({ inputs, labels }));
    trainer.finish();
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2);
    expect(trainer.pruned.report().reduce((sum, layer) => sum + layer.nonzero, 0)).toBe(26_620);
    trainer.dispose();
  });
});
