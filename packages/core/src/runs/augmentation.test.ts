import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineDataset, defineModel, definePruner } from '../component.ts';
import { type RandomStream, randomStream } from '../random.ts';
import type { FinishedResult } from '../results.ts';
import { onCpu, someNumbers, temporaryFolders, tensorsLeftByAsync, untouched } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { eagerEngine } from '../training/eager-engine.ts';
import { executeRun } from './execute.ts';
import type { RunRequest } from './request.ts';

const STEPS = 6; // two epochs of 3
type Augment = (inputs: tf.Tensor, random: RandomStream) => tf.Tensor;

/** 12 points in batches of 4, shown by `augment`. */
const request = (augment?: Augment, seed = 1): RunRequest => ({
  model: defineModel({
    name: 'line',
    summary: 'One layer without bias',
    options: z.strictObject({}),
    create: () => ({
      build({ inputShape, classes, seed }) {
        const kernelInitializer = tf.initializers.glorotNormal({ seed: seed('fc') });
        const fc = tf.layers.dense({ inputShape: [...inputShape], units: classes, useBias: false, kernelInitializer, name: 'fc' });
        return tf.sequential({ layers: [fc] });
      },
    }),
  })(),
  data: defineDataset({
    name: 'points',
    summary: 'Points in the plane',
    options: z.strictObject({}),
    create: () => ({
      ...{ inputShape: [2], classes: 2 },
      async load() {
        const examples = { inputs: Float32Array.from(someNumbers(24)), labels: Int32Array.from({ length: 12 }, (_, i) => i % 2) };
        return { train: examples, validation: examples, test: examples };
      },
      ...(augment ? { augment } : {}),
    }),
  })(),
  pruner: definePruner({ name: 'untouched', summary: 'Nothing', options: z.strictObject({}), create: () => untouched })(),
  training: { epochs: 2, batchSize: 4, weightDecay: 0 },
  seed,
  engine: { name: 'cpu', threads: 1 },
});

describe('augmentation', () => {
  onCpu();
  const newFolder = temporaryFolders();
  const execute = async (run: RunRequest) => (await executeRun(run, { runs: newFolder(), engine: eagerEngine })) as FinishedResult;

  it('is asked once for each training batch, with a stream for each step, and not in evaluation', async () => {
    const asked: [shape: number[], number: number][] = [];
    const result = await execute(
      request((inputs, random) => {
        asked.push([inputs.shape, random.uniform()]);
        return inputs;
      }, 5),
    );
    expect(result.status).toBe('finished');
    expect(asked).toEqual(Array.from({ length: STEPS }, (_, step) => [[4, 2], randomStream(5, 'augment', step).uniform()]));
  });

  it('is what the network is trained on, but not what it is tested on', async () => {
    const blind = await execute(request((inputs) => inputs.zerosLike()));
    const seeing = await execute(request());
    expect(blind.status).toBe('finished');
    expect(blind.loss).not.toBe(seeing.loss);
    expect(blind.loss).not.toBeCloseTo(Math.log(2), 3); // of inputs that are all 0
  });

  it('changes nothing where there is none, or where it shows the examples as they are', async () => {
    const { accuracy, loss, layers } = await execute(request());
    expect(await execute(request((inputs) => inputs))).toMatchObject({ accuracy, loss, layers });
    expect(await execute(request((inputs) => inputs.mul(1).clone()))).toMatchObject({ accuracy, loss, layers });
  });

  it('leaves no tensor behind', async () => {
    const run = request((inputs, random) => inputs.add(random.uniform()).sub(0.5).mul(2));
    await execute(run);
    expect(await tensorsLeftByAsync(async () => void (await execute(run)))).toBe(0);
  });
});
