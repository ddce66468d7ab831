import { dense } from '@espalier/baselines';
import { createTrainer, type Engine, randomStream, tf } from '@espalier/core';
import { type StartedEngine, startEngine } from '@espalier/engine';
import { str } from '@espalier/str';
import { lenet5, lenet300, resnet20 } from '@espalier/zoo';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkedComponents, LARGE, passes } from './support/built-in.ts';

const context = { inputShape: [28, 28, 1], classes: 10, seed: (name: string) => randomStream(0, 'init', name).seed() };

/** With the width of the images to train with: the plain JavaScript backend is slow. */
const MODELS = [
  ['lenet-300-100', lenet300, 16],
  ['lenet5', lenet5, 16],
  ['resnet20', resnet20, 8],
] as const;

/** Losses and final weights of two steps of dense training with four images. */
function train(factory: (typeof MODELS)[number][1], width: number, engine?: Engine): { losses: number[]; weights: number[][] } {
  const inputShape = [width, width, 1];
  const model = factory().build({ ...context, inputShape });
  const options = { model, pruner: dense(), stepsPerEpoch: 2, training: { epochs: 1, learningRate: 0.02 } };
  const trainer = createTrainer(engine ? { ...options, engine } : options);
  const inputs = tf.randomNormal([4, ...inputShape], 0, 1, 'float32', 1);
  const labels = tf.tensor1d([1, 7, 3, 1], 'int32');
  const losses = Array.from({ length: 2 }, () => trainer.trainStep({ inputs, labels }));
  const weights = model.getWeights().map((weight) => [...weight.dataSync()]);
  trainer.dispose();
  model.dispose();
  tf.dispose([inputs, labels]);
  return { losses, weights };
}

/** WebAssembly takes over where there is no native library: every model of the zoo predicts and trains with it as with the plain JavaScript backend. */
describe('the WebAssembly engine', () => {
  let engine: StartedEngine;
  beforeAll(async () => {
    engine = await startEngine({ engine: 'wasm' });
  });

  test.each(MODELS)('predicts with %s', async (_, factory) => {
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

  test.each(MODELS)('trains %s', async (_, factory, width) => {
    await tf.setBackend('cpu');
    const expected = train(factory, width);
    await tf.setBackend('wasm');
    const { numTensors } = tf.memory();
    const { losses, weights } = train(factory, width, engine);
    expect(tf.memory().numTensors).toBe(numTensors);
    for (const [i, loss] of expected.losses.entries()) expect(losses[i]).toBeCloseTo(loss, 4);
    for (const [i, values] of expected.weights.entries()) {
      const size = Math.max(...values.map(Math.abs));
      const errors = values.map((value, j) => Math.abs(value - (weights[i]?.[j] ?? Number.NaN)));
      expect(errors.every((error) => error <= 1e-4 * size)).toBe(true);
    }
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

  /** As `espalier test-plugin --engine wasm` runs it. */
  describe('passes the contract with', () => {
    const small = checkedComponents().filter(({ kind, name }) => kind !== 'dataset' && !(name in LARGE));
    const checksOf = async (kind: string, name: string) => {
      await tf.setBackend('wasm');
      return checkedComponents(engine).find((one) => one.kind === kind && one.name === name)?.checks ?? [];
    };

    test('everything that does not train', async () => {
      for (const { kind, name } of small.filter(({ kind }) => kind !== 'pruner' && kind !== 'threshold-source')) {
        const checks = await checksOf(kind, name);
        expect(checks.length).toBeGreaterThan(0);
        await passes(checks.map((check) => ({ ...check, name: `${kind} ${name} ${check.name}` })));
      }
    });

    /** The rest of a pruner's checks ask for the same operations, and would take minutes. */
    const WITH_ALL_OPERATIONS =
      /^(learns|leaks no tensors|goes on from a checkpoint|trains to the same bits|leaves exactly the number .* promises$)/;
    const trained = small.filter(({ kind }) => kind === 'pruner' || kind === 'threshold-source');
    test.each(trained.map(({ kind, name }) => [kind, name] as const))('%s %s', async (kind, name) => {
      const checks = (await checksOf(kind, name)).filter((check) => WITH_ALL_OPERATIONS.test(check.name));
      expect(checks.length).toBeGreaterThanOrEqual(4);
      await passes(checks);
    });

    test('all checks of str', async () => passes(await checksOf('pruner', 'str')));
  });
});
