import { type Component, createTrainer, type Engine, randomStream, type TrainingOptions, tf } from '@espalier/core';

/** A model, the shape of its examples, and how many of them are a batch. */
export type Network = readonly [name: string, model: () => Component<'model'>, inputShape: readonly number[], batch: number];

export interface TrainSettings {
  readonly seed?: number;
  readonly metered?: boolean;
  readonly steps?: number;
  readonly source?: ReadonlyMap<string, Float32Array>;
}
export const build = (model: Network[1], shape: readonly number[]) =>
  model().build({ inputShape: shape, classes: 10, seed: (name) => randomStream(0, 'init', name).seed() });

/** Values of every variable after so many steps, 200 by default, and the losses on the way. */
export function train(
  engine: Engine,
  pruner: Component<'pruner'>,
  [, model, shape, batch]: Network,
  training: TrainingOptions = {},
  { seed = 0, metered = false, steps = 200, ...attached }: TrainSettings = {},
) {
  const random = randomStream(1, 'examples');
  const built = build(model, shape);
  const trainer = createTrainer({
    model: built,
    pruner,
    engine,
    seed,
    ...attached,
    stepsPerEpoch: steps / 2,
    training: { epochs: 2, learningRate: 0.02, ...training },
  });
  const size = batch * shape.reduce((product, n) => product * n, 1);
  const batches = Array.from({ length: 4 }, () => ({
    inputs: tf.tensor(
      Float32Array.from({ length: size }, () => random.uniform() - 0.5),
      [batch, ...shape],
    ),
    labels: tf.tensor1d(
      Int32Array.from({ length: batch }, () => random.int(10)),
      'int32',
    ),
  }));
  const meter = metered ? trainer.newForceMeter() : undefined;
  const losses = Array.from({ length: steps }, (_, i) => trainer.trainStep(batches[i % 4] as (typeof batches)[number], meter));
  const values = [...trainer.variables].map(([name, variable]) => [
    name,
    Buffer.from(variable.dataSync().slice().buffer).toString('base64'),
  ]);
  trainer.dispose();
  built.dispose();
  tf.dispose(batches);
  const forces = [...(meter?.take().values() ?? [])];
  return { losses, values: Object.fromEntries(values) as Record<string, string>, forces };
}
