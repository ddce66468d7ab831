import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Tensors } from './compile/index.ts';
import { startEngine } from './start.ts';
import type { StartedEngine } from './started-engine.ts';

const { layers } = tf;
const IMAGE = [8, 8, 3];

/** One layer stack for every kind of model, in the zoo or not. */
const MODELS = {
  dense: { input: [12], layers: () => [layers.dense({ units: 8, activation: 'relu' })] },
  'plain conv': {
    input: IMAGE,
    layers: () => [
      layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.dropout({ rate: 0.5, seed: 1 }),
      layers.flatten(),
    ],
  },
  'batch norm': {
    input: IMAGE,
    layers: () => [
      layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', useBias: false }),
      layers.batchNormalization(),
      layers.reLU({ maxValue: 6 }),
      layers.globalAveragePooling2d({}),
    ],
  },
  'depthwise conv': {
    input: IMAGE,
    layers: () => [
      layers.depthwiseConv2d({ kernelSize: 3, padding: 'same' }),
      layers.conv2d({ filters: 4, kernelSize: 1 }),
      layers.averagePooling2d({ poolSize: 2 }),
      layers.flatten(),
    ],
  },
  'conv over time': {
    input: [9, 3],
    layers: () => [layers.conv1d({ filters: 4, kernelSize: 3, strides: 2 }), layers.globalMaxPooling1d()],
  },
  'separable conv': {
    input: IMAGE,
    layers: () => [
      layers.separableConv2d({ filters: 4, kernelSize: 3, depthMultiplier: 2 }),
      layers.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2 }),
      layers.upSampling2d({ size: [2, 2], interpolation: 'bilinear' }),
      layers.globalAveragePooling2d({}),
    ],
  },
  'simple recurrent': { input: [5, 3], layers: () => [layers.simpleRNN({ units: 4 })] },
  gru: { input: [5, 3], layers: () => [layers.gru({ units: 4 })] },
  lstm: { input: [5, 3], layers: () => [layers.lstm({ units: 4 })] },
} satisfies Record<string, { input: number[]; layers: () => tf.layers.Layer[] }>;

type Kind = keyof typeof MODELS;

function build(kind: Kind): tf.Sequential {
  const { input, layers: stack } = MODELS[kind];
  return tf.sequential({ layers: [layers.inputLayer({ inputShape: input }), ...stack(), layers.dense({ units: 2 })] });
}

/** Only for names that the step or the feeds are known to have. */
const get = (tensors: Tensors, name: string): tf.Tensor => tensors[name] as tf.Tensor;

function trainStep(engine: StartedEngine, model: tf.Sequential) {
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  return engine.compile(
    (feeds) => {
      const output = () => model.apply(get(feeds, 'xs'), { training: true }) as tf.Tensor;
      const loss = () => tf.losses.softmaxCrossEntropy(get(feeds, 'ys'), output()) as tf.Scalar;
      const { value, grads } = tf.variableGrads(loss, variables);
      for (const variable of variables) variable.assign(variable.sub(get(grads, variable.name).mul(0.1)));
      return { loss: value };
    },
    () => variables,
  );
}

/** Losses of a few steps on one batch. */
function train(engine: StartedEngine, kind: Kind, steps: number): number[] {
  const model = build(kind);
  model.setWeights(model.getWeights().map((weight, i) => tf.randomNormal(weight.shape, 0, 0.3, 'float32', i + 1)));
  const feeds = {
    xs: tf.randomNormal([6, ...MODELS[kind].input], 0, 1, 'float32', 7),
    ys: tf.tensor2d([0, 1, 0, 1, 1, 0].map((label) => (label ? [0, 1] : [1, 0]))),
  };
  const step = trainStep(engine, model);
  return Array.from({ length: steps }, () => get(step.run(feeds), 'loss').dataSync()[0] as number);
}

describe('the WebAssembly engine', () => {
  let engine: StartedEngine;
  beforeAll(async () => {
    engine = await startEngine({ engine: 'wasm', threads: 2 });
  });

  it('has one thread, whatever was asked for', () => {
    expect(engine).toMatchObject({ name: 'wasm', threads: 1, version: '4.22.0' });
    expect(tf.getBackend()).toBe('wasm');
  });

  it.each(Object.keys(MODELS) as Kind[])('predicts with a model of the kind "%s"', (kind) => {
    const output = build(kind).predict(tf.ones([2, ...MODELS[kind].input])) as tf.Tensor;
    expect(output.shape).toEqual([2, 2]);
    expect([...output.dataSync()].every(Number.isFinite)).toBe(true);
  });

  it.each(Object.keys(MODELS) as Kind[])('trains a model of the kind "%s" as the plain JavaScript backend does', async (kind) => {
    const losses = train(engine, kind, 10);
    expect(losses.at(-1)).toBeLessThan(losses[0] as number);
    await tf.setBackend('cpu');
    const expected = train(engine, kind, 10);
    await tf.setBackend('wasm');
    for (const [i, loss] of losses.entries()) expect(loss).toBeCloseTo(expected[i] as number, 4);
  });

  it.each(['dense', 'batch norm', 'depthwise conv'] as const)(
    'gives the same bits for the same seed to a model of the kind "%s"',
    (kind) => {
      expect(train(engine, kind, 10)).toEqual(train(engine, kind, 10));
    },
  );

  it.each(Object.keys(MODELS) as Kind[])('frees what a step makes on the way, with a model of the kind "%s"', (kind) => {
    const model = build(kind);
    const step = trainStep(engine, model);
    const feeds = {
      xs: tf.ones([2, ...MODELS[kind].input]),
      ys: tf.tensor2d([
        [0, 1],
        [1, 0],
      ]),
    };
    get(step.run(feeds), 'loss').dispose(); // a first step makes the seeds of dropout
    const before = tf.memory().numTensors;
    get(step.run(feeds), 'loss').dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
