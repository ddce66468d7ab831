import { type Component, createTrainer, type Engine, featherOperator, hard, randomStream, soft, tf } from '@espalier/core';
import { type StartedEngine, startEngine } from '@espalier/engine';
import { learned, power, strPlugin, subgradient, thresholded } from '@espalier/str';
import { beforeAll, describe, expect, it } from 'vitest';
import { eagerOn } from './support/eager.ts';

/** Every threshold function, estimator and operator of the grid in a compiled step: recorded, replayed, and the eager one bit for bit. */

let compiled: StartedEngine;
const complaints: string[] = [];
beforeAll(async () => {
  compiled = await startEngine({ engine: 'native', threads: 1, log: (line) => complaints.push(line) });
});
const eager = () => eagerOn(compiled);

type Parts = Partial<Parameters<typeof thresholded>[0]>;
const built = <K extends 'threshold-function' | 'estimator'>(kind: K) =>
  strPlugin.components.filter((factory) => factory.kind === kind).map((factory) => factory({}) as unknown as Component<K>);

const steepest = power({ p: 3 });
const grid: readonly [string, () => Parts][] = [
  ...built('threshold-function').map((g): [string, () => Parts] => [`g = ${g.spec.use}`, () => ({ source: learned({ g }) })]),
  ['g = power (p = 3)', () => ({ source: learned({ g: steepest }) })],
  ...built('estimator').flatMap((estimator) =>
    [soft(), hard(), featherOperator()].map((operator): [string, () => Parts] => [
      `${operator.spec.use} × ${estimator.spec.use}`,
      () => ({ operator, estimator }),
    ]),
  ),
  [
    'feather × subgradient, one threshold per filter',
    () => ({ operator: featherOperator(), estimator: subgradient(), source: learned({ granularity: 'filter' }) }),
  ],
];

describe('the compiled step', () => {
  it.each(grid)('is the eager one, and learns, with %s', (_, parts) => {
    const before = tf.memory().numTensors;
    const pruner = () => thresholded({ sparsity: 0.7, ...parts() });
    const [ours, reference] = [train(compiled, pruner()), train(eager(), pruner())];
    expect(ours.values).toEqual(reference.values);
    expect(ours.losses).toEqual(reference.losses);
    expect(complaints).toEqual([]);
    expect(ours.losses.at(-1)).toBeLessThan((ours.losses[0] as number) * 0.8);
    expect(ours.nonzero).toBe(Math.round(0.3 * ours.size));
    expect(tf.memory().numTensors).toBe(before);
  });
});

// --- helpers ---

const STEPS = 60;

function train(engine: Engine, pruner: Component<'pruner'>) {
  const random = randomStream(0, 'examples');
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ name: 'first', units: 20, activation: 'relu', inputShape: [12], kernelInitializer: 'zeros' }),
      tf.layers.dense({ name: 'second', units: 4, kernelInitializer: 'zeros' }),
    ],
  });
  tf.tidy(() => {
    for (const layer of model.layers) {
      const [kernel, bias] = layer.getWeights() as [tf.Tensor, tf.Tensor];
      const values = Float32Array.from({ length: kernel.size }, () => 1.5 * (random.uniform() - 0.5));
      layer.setWeights([tf.tensor(values, kernel.shape), bias]);
    }
  });
  const trainer = createTrainer({
    model,
    pruner,
    engine,
    seed: 0,
    stepsPerEpoch: STEPS / 2,
    training: { epochs: 2, learningRate: 0.1, momentum: 0.9 },
  });
  const inputs = Float32Array.from({ length: 40 * 12 }, (_, i) => (Math.floor(i / 12) % 4 === i % 4 ? 1 : 0) + 0.4 * random.uniform());
  const batch = {
    inputs: tf.tensor(inputs, [40, 12]),
    labels: tf.tensor1d(
      Int32Array.from({ length: 40 }, (_, i) => i % 4),
      'int32',
    ),
  };
  const losses = Array.from({ length: STEPS }, () => trainer.trainStep(batch));
  const values = [...trainer.variables].map(([name, variable]) => [
    name,
    Buffer.from(variable.dataSync().slice().buffer).toString('base64'),
  ]);
  trainer.finish();
  const report = trainer.pruned.report();
  trainer.dispose();
  model.dispose();
  tf.dispose(batch);
  const sum = (of: 'nonzero' | 'size') => report.reduce((total, layer) => total + layer[of], 0);
  return { losses, values: Object.fromEntries(values) as Record<string, string>, nonzero: sum('nonzero'), size: sum('size') };
}
