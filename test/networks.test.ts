import { dense } from '@espalier/baselines';
import { createTrainer, randomStream, tf } from '@espalier/core';
import { type StartedEngine, startEngine } from '@espalier/engine';
import { mobilenetV1, mobilenetV2, resnet18, resnet50, resnet56, vgg16Bn, wrn22x2 } from '@espalier/zoo';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The published networks learn: at full width, on images that are small enough for a few steps. */
describe('the networks of the zoo', () => {
  let engine: StartedEngine;
  beforeAll(async () => {
    engine = await startEngine({ engine: 'native', threads: 1 });
  });
  afterAll(() => tf.disposeVariables());

  it.each([
    ['resnet50', resnet50(), 32],
    ['resnet18', resnet18(), 32],
    ['mobilenet-v1', mobilenetV1(), 32],
    ['mobilenet-v2', mobilenetV2(), 32],
    ['resnet56', resnet56(), 8],
    ['wrn-22-2', wrn22x2(), 8],
    ['vgg16-bn', vgg16Bn(), 16],
  ] as const)('%s changes every weight in a step, and halves the loss in forty', (_, component, size) => {
    const random = randomStream(3, 'examples');
    const values = (n: number, draw: () => number) => Array.from({ length: n }, draw);
    const model = component.build({ inputShape: [size, size, 3], classes: 5, seed: (name) => randomStream(0, 'init', name).seed() });
    const training = { epochs: 1, warmup: 0, learningRate: 0.005, schedule: 'constant', weightDecay: 0 } as const;
    const trainer = createTrainer({ model, pruner: dense(), training, engine, stepsPerEpoch: 40 });
    const batch = {
      inputs: tf.tensor(
        values(8 * size * size * 3, () => random.uniform() * 2 - 1),
        [8, size, size, 3],
      ),
      labels: tf.tensor1d([0, 1, 2, 3, 4, 0, 1, 2], 'int32'),
    };
    const trained = [...trainer.pruned.trained.keys()];
    const before = trained.map((variable) => variable.clone());
    const first = trainer.trainStep(batch);
    const moved = (i: number) =>
      tf.tidy(
        () =>
          trained[i]
            ?.notEqual(before[i] as tf.Tensor)
            .any()
            .dataSync()[0] === 1,
      );
    const still = trained.flatMap(({ name }, i) => (moved(i) ? [] : [name]));
    tf.dispose(before);
    expect(still).toEqual([]);
    let loss = first;
    while (trainer.step < trainer.totalSteps && loss >= first / 2) loss = trainer.trainStep(batch);
    expect(loss).toBeLessThan(first / 2);
    trainer.dispose();
    model.dispose();
    tf.dispose([batch.inputs, batch.labels]);
  });
});
