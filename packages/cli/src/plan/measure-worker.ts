/** A process that times a few steps of a run on random data and ends. Nothing of it is kept. */
import { createTrainer, randomStream, tf } from '@espalier/core';
import { startEngine } from '@espalier/engine';
import { createPluginRegistry } from '../container.ts';
import { requestFromSpec } from '../runner/request-from-spec.ts';
import type { Measured, MeasureTask } from './measure.ts';

/** Steps before the clock starts: two are recorded, the third loads the graph. */
const WARM_UP = 4;
const MOST_STEPS = 20;
const MOST_SECONDS = 3;

async function measure({ spec, plugins, folder, stepsPerEpoch }: MeasureTask): Promise<Measured> {
  const registry = await createPluginRegistry(plugins, folder);
  const { model: network, data, pruner, training = {}, prunable = {}, seed, engine: wanted } = requestFromSpec(spec, registry);
  const engine = await startEngine({ engine: wanted.name === 'wasm' ? 'wasm' : 'native', threads: wanted.threads, log: () => {} });
  const { inputShape, classes } = data;
  const model = network.build({ inputShape, classes, seed: (name) => randomStream(seed, 'init', name).seed() });
  const trainer = createTrainer({ model, pruner, training, stepsPerEpoch, seed, prunable, engine });
  const batchSize = training.batchSize ?? 128;
  const stream = randomStream(seed, 'plan');
  const size = inputShape.reduce((product, n) => product * n, batchSize);
  const inputs = tf.tensor(
    Float32Array.from({ length: size }, () => stream.uniform()),
    [batchSize, ...inputShape],
  );
  const labels = tf.tensor1d(
    Int32Array.from({ length: batchSize }, () => Math.floor(stream.uniform() * classes)),
    'int32',
  );
  const times: number[] = [];
  const began = performance.now();
  for (let step = 0; step < WARM_UP + MOST_STEPS && (times.length < 3 || performance.now() - began < MOST_SECONDS * 1000); step++) {
    if (trainer.step >= trainer.totalSteps) break;
    const start = performance.now();
    trainer.trainStep({ inputs, labels });
    if (step >= WARM_UP) times.push(performance.now() - start);
  }
  return { milliseconds: mean(times), steps: times.length, bytes: process.memoryUsage().rss };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

process.once('message', async (task) => {
  try {
    process.send?.({ measured: await measure(task as MeasureTask) });
  } catch (error) {
    process.send?.({ problem: error instanceof Error ? error.message : String(error) });
  }
  process.disconnect();
});
process.once('disconnect', () => process.exit());
process.send?.({ ready: true });
