import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { installKernels } from '../kernels/index.ts';
import { variablesOf } from '../kernels/test-helpers.ts';
import { createCompiler } from './compiler.ts';
import type { Step, Tensors } from './types.ts';

const threads = { TF_NUM_INTRAOP_THREADS: '2', TF_NUM_INTEROP_THREADS: '1' };
Object.assign(process.env, threads, { TF_ENABLE_ONEDNN_OPTS: '1', TF_CPP_MIN_LOG_LEVEL: '3' });
await import('@tensorflow/tfjs-node');

/** Of this file's process alone: others load graphs at the same time. */
const folder = mkdtempSync(join(tmpdir(), 'espalier-compiler-'));
process.env.TMPDIR = folder;
afterAll(() => rmSync(folder, { recursive: true }));

afterEach(() => {
  tf.disposeVariables();
  expect(readdirSync(folder)).toEqual([]);
});

const dense = (units: number, activation?: 'relu') => tf.layers.dense({ units, ...(activation && { activation }) });
const conv = (filters: number, kernelSize = 3, strides = 1) => tf.layers.conv2d({ filters, kernelSize, strides });
const pool = () => tf.layers.maxPooling2d({ poolSize: 2 });
const norm = () => tf.layers.batchNormalization();
const relu = () => tf.layers.reLU();

const nets = {
  'LeNet-300-100': [[64, 28, 28, 1], () => [tf.layers.flatten(), dense(300, 'relu'), dense(100, 'relu'), dense(10)]],
  'LeNet-5': [[16, 28, 28, 1], () => [conv(20, 5), pool(), conv(50, 5), pool(), tf.layers.flatten(), dense(500, 'relu'), dense(10)]],
  'a net with batch normalization': [
    [8, 12, 12, 3],
    () => [conv(8), norm(), relu(), conv(16, 3, 2), norm(), relu(), tf.layers.globalAveragePooling2d({}), dense(10)],
  ],
  'a depthwise net': [
    [8, 12, 12, 3],
    () => [
      tf.layers.separableConv2d({ filters: 8, kernelSize: 3 }),
      relu(),
      tf.layers.averagePooling2d({}),
      tf.layers.flatten(),
      dense(10),
    ],
  ],
  'a GRU': [[8, 7, 5], () => [tf.layers.gru({ units: 12 }), dense(10)]],
  'an LSTM': [[8, 7, 5], () => [tf.layers.lstm({ units: 12 }), dense(10)]],
  'a simple recurrent net': [[8, 7, 5], () => [tf.layers.simpleRNN({ units: 12 }), dense(10)]],
} satisfies Record<string, [number[], () => tf.layers.Layer[]]>;

describe.each(['without native kernels', 'with native kernels'])('createCompiler, %s,', (kernels) => {
  beforeAll(() => {
    if (kernels === 'with native kernels') installKernels();
  });

  it.each(Object.entries(nets))('trains %s to the same bits as eager steps', (_name, [shape, layers]) => {
    const reasons: string[] = [];
    const compile = createCompiler({ log: (reason) => reasons.push(reason) });
    const eager = train(shape, layers(), (step) => (feeds) => step(feeds, ''));
    tf.disposeVariables();
    const replayed = train(shape, layers(), (step) => compile(step, () => []).run);
    expect(replayed).toEqual(eager);
    expect(reasons).toEqual([]);
  });
});

/** Weights and losses after 24 steps with momentum, a learning rate that changes, and a smaller batch now and then. */
function train(shape: number[], layers: tf.layers.Layer[], make: (step: Step) => (feeds: Tensors) => Tensors): unknown {
  const model = tf.sequential();
  layers.forEach((layer, i) => {
    if (i === 0) layer.batchInputShape = [null, ...shape.slice(1)];
    model.add(layer);
  });
  const hash = createHash('sha256');
  tf.tidy(() => {
    for (const [i, weight] of model.weights.entries()) {
      if (weight.shape.length > 1) weight.write(tf.randomNormal(weight.shape as number[], 0, 0.03, 'float32', i + 1));
    }
  });
  const weights = variablesOf(model.trainableWeights);
  const slots = weights.map((weight) => tf.tidy(() => tf.variable(tf.zerosLike(weight), false)));
  const run = make(({ x, y, rate }) => {
    const loss = () =>
      tf.losses.softmaxCrossEntropy(y as tf.Tensor, model.apply(x as tf.Tensor, { training: true }) as tf.Tensor) as tf.Scalar;
    const { value, grads } = tf.variableGrads(loss, weights);
    for (const [i, weight] of weights.entries()) {
      const slot = slots[i] as tf.Variable;
      slot.assign(slot.mul(0.9).add(grads[weight.name] as tf.Tensor));
      weight.assign(weight.sub(slot.mul(rate as tf.Tensor)));
    }
    return { loss: value };
  });
  for (let i = 0; i < 24; i++) {
    const size = i % 6 === 5 ? 3 : (shape[0] as number);
    const x = tf.randomUniform([size, ...shape.slice(1)], -1, 1, 'float32', 100 + i);
    const labels = tf.randomUniform([size], 0, 10, 'int32', 200 + i);
    const { loss } = run({ x, y: tf.oneHot(labels, 10).toFloat(), rate: tf.scalar(0.1 / (1 + i)) });
    hash.update(Buffer.from((loss as tf.Tensor).dataSync().buffer));
  }
  for (const variable of variablesOf(model.weights)) hash.update(Buffer.from(variable.dataSync().buffer));
  return {
    hash: hash.digest('hex'),
    finite: tf.tidy(
      () =>
        tf
          .addN(weights.map((weight) => weight.sum()))
          .isFinite()
          .dataSync()[0],
    ),
  };
}
