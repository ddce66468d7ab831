import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineDataset, defineModel, definePruner } from '../component.ts';
import type { Examples } from '../kinds/dataset.ts';
import { topKMask } from '../masks/update-masks.ts';
import { finishedResultSchema, readLog, readRecord, readResult } from '../results.ts';
import { magnitude } from '../scores/magnitude.ts';
import { onCpu, someNumbers, temporaryFolders, tensorsLeftByAsync, untouched, values, withCode } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { eagerEngine } from '../training/eager-engine.ts';
import { executeRun, settledResult } from './execute.ts';
import { toRunSpec } from './identity.ts';
import type { RunRequest } from './request.ts';
import { runId } from './run-id.ts';
import { loadModel } from './save-model.ts';
import { savedKernels } from './saved-kernels.ts';

/** Points in the plane; the class is the quadrant's side. */
const examples = (count: number, phase: number): Examples => {
  const inputs = Float32Array.from(someNumbers(2 * count, phase));
  return {
    inputs,
    labels: Int32Array.from({ length: count }, (_, i) => ((inputs[2 * i] as number) > (inputs[2 * i + 1] as number) ? 1 : 0)),
  };
};
const points = defineDataset({
  name: 'points',
  summary: 'Points in the plane',
  options: z.strictObject({ train: z.int().default(43), missing: z.boolean().default(false) }),
  create: ({ train, missing }) => ({
    inputShape: [2],
    classes: 2,
    async load() {
      if (missing) throw new Error('no such file');
      return { train: examples(train, 1), validation: examples(12, 2), test: examples(17, 3) };
    },
  }),
});
const net = defineModel({
  name: 'net',
  summary: 'Two layers',
  options: z.strictObject({ softmax: z.boolean().default(false) }),
  create: ({ softmax }) => ({
    build: ({ inputShape, classes, seed }) =>
      tf.sequential({
        name: 'net',
        layers: [
          tf.layers.dense({
            name: 'hidden',
            units: 5,
            inputShape: [...inputShape],
            kernelInitializer: tf.initializers.glorotNormal({ seed: seed('hidden') }),
          }),
          tf.layers.batchNormalization({ name: 'norm' }),
          tf.layers.reLU({ name: 'relu' }),
          tf.layers.dense({
            name: 'out',
            units: classes,
            activation: softmax ? 'softmax' : 'linear',
            kernelInitializer: tf.initializers.glorotNormal({ seed: seed('out') }),
          }),
        ],
      }),
  }),
});
/** Masks that change at random at every step, and a learned factor: all kinds of state that a checkpoint must bring back. */
const restless = definePruner({
  name: 'restless',
  summary: 'Six of ten weights, others at every step; in the end the larger half',
  options: z.strictObject({ failAt: z.int().optional(), multiplyAdds: z.number().optional() }),
  create: ({ failAt, multiplyAdds }) => ({
    ...(multiplyAdds === undefined ? { sparsity: 0.5 } : { multiplyAdds }),
    init: ({ shape }) => ({ mask: tf.variable(tf.ones([...shape]), false), factor: tf.variable(tf.scalar(1)) }),
    reparameterize: (weight, { mask, factor }) => weight.mul(mask).mul(factor),
    afterStep(layers, { step, random }) {
      if (step === failAt) throw new Error('no luck');
      const stream = random('mask');
      for (const { kernel, state } of layers) {
        const order = stream.shuffle(Int32Array.from({ length: kernel.size }, (_, i) => i));
        state.mask.assign(
          tf.tensor(
            Float32Array.from(order, (n) => (n < 0.6 * kernel.size ? 1 : 0)),
            [...kernel.shape],
          ),
        );
      }
    },
    finish(layers) {
      for (const { kernel, state } of layers) state.mask.assign(topKMask(kernel, magnitude(), kernel.size / 2));
    },
  }),
});
/** Remembers what it was given at the start. */
const follower = definePruner({
  name: 'follower',
  summary: 'Starts from the weights of another run',
  options: z.strictObject({ run: z.string(), again: z.boolean().default(false) }),
  create: ({ run, again }) => ({
    source: run,
    redrawsInit: again,
    init: ({ name, weight, shape }, { source }) => ({
      found: tf.variable(tf.tensor(source?.get(name) as Float32Array, [...shape]), false),
      started: tf.variable(weight.clone(), false),
    }),
    reparameterize: (weight, { found, started }) => weight.mul(0).add(again ? started : found),
  }),
});
const untouchedPruner = definePruner({
  name: 'untouched',
  summary: 'Prunes nothing',
  options: z.strictObject({}),
  create: () => untouched,
});
const request: RunRequest = {
  model: net(),
  data: points(),
  pruner: restless(),
  training: { epochs: 3, batchSize: 10, learningRate: 0.1 },
  seed: 1,
  engine: { name: 'cpu', threads: 1 },
};
const STEPS_PER_EPOCH = 4; // 43 examples in batches of 10

describe('executeRun', () => {
  onCpu();
  const newFolder = temporaryFolders();
  const folderOf = (runs: string, run: RunRequest) => path.join(runs, runId(toRunSpec(run)));
  const execute = (runs: string, run = request, onProgress = (_: { step: number }) => {}) =>
    executeRun(run, { runs, engine: eagerEngine, onProgress, command: 'espalier compare', versions: { core: '1' } });
  const bytes = (runs: string, file: string, run = request) => readFileSync(path.join(folderOf(runs, run), file), 'utf8');

  it('hands a pruner the final weights of the run that it names, and draws the init again if it asks for that', async () => {
    const runs = newFolder();
    const { id } = await execute(runs);
    const kernelsOf = async (run: RunRequest) =>
      Object.fromEntries(
        [...(await savedKernels(folderOf(runs, run)))].map(([name, weights]) => [name, Array.from(weights, (w) => w + 0)]),
      );
    const following = { ...request, pruner: follower({ run: id }) };
    expect((await execute(runs, following)).status).toBe('finished');
    expect(await kernelsOf(following)).toEqual(await kernelsOf(request));

    const starts = [follower({ run: id, again: true }), untouchedPruner()].map((pruner) => ({
      ...request,
      pruner,
      training: { ...request.training, learningRate: 1e-9 },
    }));
    for (const run of starts) await execute(runs, run);
    const [again, asUsual] = await Promise.all(starts.map(kernelsOf));
    expect(again?.hidden).toHaveLength(10);
    const differences = again?.hidden?.map((w, i) => Math.abs(w - (asUsual?.hidden?.[i] as number))) ?? [];
    expect(Math.max(...differences)).toBeGreaterThan(0.1);
  });

  it('fails a run whose source is not there, to be tried again', async () => {
    const result = await execute(newFolder(), { ...request, pruner: follower({ run: '0123456789ab' }) });
    expect(result).toMatchObject({ status: 'failed', failure: { code: 'E_SOURCE', retry: true } });
  });

  it('trains, tests, and returns what it writes', async () => {
    const runs = newFolder();
    const result = finishedResultSchema.parse(await execute(runs));
    expect(result).toMatchObject({
      id: runId(toRunSpec(request)),
      pruner: 'restless',
      seed: 1,
      requested: 0.5,
      size: 20,
      nonzero: 10,
      sparsity: 0.5,
      parameters: 20 + 7 + 20,
      wholeSparsity: 10 / 47,
      multiplyAdds: 10,
      denseMultiplyAdds: 20,
      epochs: 3,
      steps: 3 * STEPS_PER_EPOCH,
      // In batches of 10: the first step is dense, the others use 12 of 20 weights; the gradients are those of all.
      trainingMultiplyAdds: 10 * (3 * 20 + 11 * (2 * 12 + 20)),
      denseTrainingMultiplyAdds: 10 * 12 * 3 * 20,
      reachedAt: { step: 12, epoch: 3 }, // by `finish`
    });
    expect(result.layers.map(({ name, nonzero }) => [name, nonzero])).toEqual([
      ['hidden', 5],
      ['out', 5],
    ]);
    expect(readResult(folderOf(runs, request))).toEqual(result);
    expect(existsSync(path.join(folderOf(runs, request), 'checkpoint'))).toBe(false);
    expect(existsSync(path.join(folderOf(runs, request), 'lock'))).toBe(false);
  });

  it('says of a budget too from when on it was kept', async () => {
    const result = await execute(newFolder(), { ...request, pruner: restless({ multiplyAdds: 0.6 }) });
    expect(result).toMatchObject({ target: { unit: 'multiplyAdds', value: 0.6 }, reached: 0.5, reachedAt: { step: 1, epoch: 0.25 } });
  });

  it('saves the pruned model, which is what was tested', async () => {
    const runs = newFolder();
    const result = finishedResultSchema.parse(await execute(runs));
    const model = await loadModel(path.join(folderOf(runs, request), 'model', 'model.json'));
    const { test } = await request.data.load();
    const correct = values(() => {
      const outputs = model.predict(tf.tensor(test.inputs, [17, 2])) as tf.Tensor;
      return outputs.argMax(-1).equal(tf.tensor1d(test.labels, 'int32')).cast('int32').sum();
    });
    expect(correct[0]).toBe(Math.round(result.accuracy * 17));
    const nonzero = ['hidden', 'out'].map((name) => values(() => (model.getLayer(name).getWeights()[0] as tf.Tensor).notEqual(0).sum())[0]);
    expect(nonzero).toEqual([5, 5]);
  });

  it('logs steps and epochs', async () => {
    const runs = newFolder();
    const progress: number[] = [];
    const result = finishedResultSchema.parse(await execute(runs, request, ({ step }) => progress.push(step)));
    const log = readLog(folderOf(runs, request));
    const steps = log.filter((entry) => entry.type === 'step');
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(progress).toEqual(steps.map(({ step }) => step + 1));
    expect(steps.map(({ epoch }) => epoch)).toEqual(steps.map(({ step }) => (step + 1) / STEPS_PER_EPOCH));
    const moves = { value: expect.closeTo(1, 1), task: expect.any(Number), decay: expect.closeTo(-1e-4, 6), correction: 0 };
    const measured = { meanMagnitude: expect.any(Number), churn: 0.4, everActive: 1, state: { factor: moves } }; // all ones at the start
    expect(steps[0]).toEqual({
      type: 'step',
      step: 0,
      epoch: 0.25,
      loss: expect.any(Number),
      learningRate: expect.closeTo(0.1 / 1.2, 6),
      sparsity: 0.4,
      layers: [
        { name: 'hidden', nonzero: 6, sparsity: 0.4, ...measured },
        { name: 'out', nonzero: 6, sparsity: 0.4, ...measured },
      ],
    });
    const epochs = log.filter((entry) => entry.type === 'epoch');
    expect(epochs.map(({ step, epoch, sparsity }) => [step, epoch, sparsity])).toEqual([
      [3, 1, 0.4],
      [7, 2, 0.4],
      [11, 3, 0.5], // after finish
    ]);
    for (const { epoch, loss } of epochs) {
      const own = steps.slice((epoch - 1) * 4, epoch * 4);
      expect(loss).toBeCloseTo(own.reduce((sum, entry) => sum + entry.loss, 0) / 4, 10);
    }
    const accuracies = epochs.map(({ validation }) => validation.accuracy);
    const best = Math.max(...accuracies);
    expect(result.validation).toEqual({ ...epochs[2]?.validation, bestAccuracy: best, bestEpoch: accuracies.indexOf(best) + 1 });
  });

  it('goes through the data in another order in every epoch, by the seed', async () => {
    const still = definePruner({ name: 'still', summary: '', options: z.strictObject({}), create: () => untouched });
    // A learning rate that moves nothing: the losses of an epoch tell its batches.
    const run = { ...request, pruner: still(), training: { ...request.training, learningRate: 1e-30 } };
    const losses = async (seed: number) => {
      const runs = newFolder();
      await execute(runs, { ...run, seed });
      const steps = readLog(folderOf(runs, { ...run, seed })).filter((entry) => entry.type === 'step');
      return [0, 1, 2].map((epoch) =>
        JSON.stringify(steps.slice(epoch * STEPS_PER_EPOCH, (epoch + 1) * STEPS_PER_EPOCH).map(({ loss }) => loss)),
      );
    };
    const [one, again] = [await losses(1), await losses(1)];
    expect(new Set(one).size).toBe(3);
    expect(again).toEqual(one);
  });

  it('records who asked, with what, and for how long', async () => {
    const runs = newFolder();
    await execute(runs);
    expect(readRecord(folderOf(runs, request))).toMatchObject({
      format: 1,
      spec: toRunSpec(request),
      command: 'espalier compare',
      versions: { core: '1' },
      engine: { name: 'cpu', threads: 1 },
      finishedAt: expect.any(String),
      seconds: expect.any(Number),
    });
  });

  it('gives the same bytes for the same seed, and others for another', async () => {
    const [a, b, c] = [newFolder(), newFolder(), newFolder()];
    const other = { ...request, seed: 2 };
    const [one] = [await execute(a), await execute(b)];
    expect(bytes(b, 'result.json')).toBe(bytes(a, 'result.json'));
    expect(bytes(b, 'log.jsonl')).toBe(bytes(a, 'log.jsonl'));
    expect(bytes(b, 'model/weights.bin')).toBe(bytes(a, 'model/weights.bin'));
    expect(await execute(c, other)).not.toMatchObject({ loss: (one as { loss: number }).loss });
  });

  it.each([2, 4, 6, 11])('goes on to the same bytes when interrupted after step %i', async (interruptedAt) => {
    const [whole, interrupted] = [newFolder(), newFolder()];
    await execute(whole);
    const failed = await execute(interrupted, request, ({ step }) => {
      if (step === interruptedAt) throw new Error('interrupted');
    });
    expect(failed).toMatchObject({ status: 'failed', failure: { code: 'E_UNEXPECTED', message: 'interrupted', retry: true } });
    expect(settledResult(interrupted, failed.id)).toBeUndefined();
    const resumed: number[] = [];
    await execute(interrupted, request, ({ step }) => resumed.push(step));
    expect(resumed[0]).toBe(1 + STEPS_PER_EPOCH * Math.floor((interruptedAt - 1) / STEPS_PER_EPOCH));
    for (const file of ['result.json', 'log.jsonl', 'model/model.json', 'model/weights.bin']) {
      expect(bytes(interrupted, file)).toBe(bytes(whole, file));
    }
  });

  it('goes on from a checkpoint where a model names no layers', async () => {
    const nameless = defineModel({
      name: 'nameless',
      summary: '',
      options: z.strictObject({}),
      create: () => ({
        build: ({ seed }) => {
          const kernelInitializer = tf.initializers.glorotNormal({ seed: seed('k') });
          return tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2], kernelInitializer })] });
        },
      }),
    });
    const run = { ...request, model: nameless() };
    const [whole, interrupted] = [newFolder(), newFolder()];
    const expected = finishedResultSchema.parse(await execute(whole, run));
    await execute(interrupted, run, ({ step }) => {
      if (step === 6) throw new Error('interrupted');
    });
    expect(await execute(interrupted, run)).toMatchObject({ status: 'finished', loss: expected.loss });
  });

  it('does nothing for a run that is finished', async () => {
    const runs = newFolder();
    const first = await execute(runs);
    const before = bytes(runs, 'run.json');
    const again = await execute(runs, request, () => expect.unreachable());
    expect(again).toEqual(first);
    expect(bytes(runs, 'run.json')).toBe(before);
  });

  it('records a failure that may be another next time, and tries again', async () => {
    const runs = newFolder();
    const run = { ...request, pruner: restless({ failAt: 5 }) };
    for (const _ of [1, 2]) {
      const failed = await execute(runs, run);
      expect(failed).toMatchObject({ status: 'failed', pruner: 'restless', failure: { code: 'E_HOOK', retry: true } });
      expect(readResult(folderOf(runs, run))).toEqual(failed);
    }
    expect(existsSync(path.join(folderOf(runs, run), 'checkpoint'))).toBe(true);
  });

  it('records a loss that is not finite once and for all, with step and layer', async () => {
    const runs = newFolder();
    const run = { ...request, training: { ...request.training, learningRate: 1e30, warmup: 0 } };
    const failed = await execute(runs, run);
    expect(failed).toMatchObject({ status: 'failed', failure: { code: 'E_NOT_FINITE', retry: false, layer: 'hidden' } });
    expect((failed as { failure: { step: number } }).failure.step).toBeGreaterThan(0);
    expect(settledResult(runs, failed.id)).toEqual(failed);
    expect(await execute(runs, run, () => expect.unreachable())).toEqual(failed);
    expect(existsSync(path.join(folderOf(runs, run), 'checkpoint'))).toBe(false);
  });

  it('records weights that diverge in the very last step', async () => {
    const runs = newFolder();
    const training = { epochs: 1, batchSize: 43, learningRate: 1e38, warmup: 0, schedule: 'constant' } as const;
    const failed = await execute(runs, { ...request, training });
    expect(failed).toMatchObject({ status: 'failed', failure: { code: 'E_NOT_FINITE', retry: false } });
    expect(settledResult(runs, failed.id)).toEqual(failed);
  });

  it.each([
    ['too few examples', { data: points({ train: 9 }) }, 'E_TOO_FEW_EXAMPLES'],
    ['data that cannot be loaded', { data: points({ missing: true }) }, 'E_HOOK'],
    ['a model that ends in a softmax', { model: net({ softmax: true }) }, 'E_NOT_LOGITS'],
    ['a pattern that matches no kernel', { prunable: { include: ['missing'] } }, 'E_PATTERN'],
  ])('records %s', async (_, change, code) => {
    const run = { ...request, ...change };
    const left = await tensorsLeftByAsync(async () => {
      expect(await execute(newFolder(), run)).toMatchObject({ status: 'failed', failure: { code, retry: true } });
    });
    expect(left).toBe(0);
  });

  it('records a damaged checkpoint', async () => {
    const runs = newFolder();
    await execute(runs, request, ({ step }) => {
      if (step === 5) throw new Error('interrupted');
    });
    writeFileSync(path.join(folderOf(runs, request), 'checkpoint', 'step-4.bin'), 'x');
    expect(await execute(runs)).toMatchObject({ status: 'failed', failure: { code: 'E_CHECKPOINT' } });
  });

  it('refuses a broken result', async () => {
    const runs = newFolder();
    await execute(runs);
    writeFileSync(path.join(folderOf(runs, request), 'result.json'), '{');
    await expect(execute(runs)).rejects.toThrow(withCode('E_RESULT'));
    expect(existsSync(path.join(folderOf(runs, request), 'lock'))).toBe(false);
  });

  it('leaves no tensor behind', async () => {
    expect(await tensorsLeftByAsync(async () => void (await execute(newFolder())))).toBe(0);
  });
});
