import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Tensors } from './compile/index.ts';
import { startEngine } from './start.ts';
import type { StartedEngine } from './started-engine.ts';

const { layers } = tf;
const IMAGE = [8, 8, 3];

/** One layer stack for every kind of model in the zoo. */
const MODELS = {
  dense: { input: [12], layers: () => [layers.dense({ units: 8, activation: 'relu' })] },
  'plain conv': {
    input: IMAGE,
    layers: () => [
      layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.dropout({ rate: 0.5 }),
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
      for (const variable of variables) variable.assign(variable.sub(get(grads, variable.name).mul(0.5)));
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

  it.each(['dense', 'simple recurrent', 'gru', 'lstm'] as const)('trains a model of the kind "%s"', (kind) => {
    const losses = train(engine, kind, 10);
    expect(losses.at(-1)).toBeLessThan(losses[0] as number);
  });

  it('gives the same bits for the same seed', () => {
    expect(train(engine, 'dense', 10)).toEqual(train(engine, 'dense', 10));
  });

  it.each(['plain conv', 'batch norm', 'depthwise conv'] as const)('refuses to train a model of the kind "%s"', (kind) => {
    expect(() => train(engine, kind, 1)).toThrow(expect.objectContaining({ code: 'E_WASM_GRADIENT' }));
  });

  it('frees what a step makes on the way', () => {
    const model = build('dense');
    const step = trainStep(engine, model);
    const feeds = {
      xs: tf.ones([2, 12]),
      ys: tf.tensor2d([
        [0, 1],
        [1, 0],
      ]),
    };
    const before = tf.memory().numTensors;
    get(step.run(feeds), 'loss').dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
