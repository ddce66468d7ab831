import * as tf from '@tensorflow/tfjs';
import { afterAll, expect, it } from 'vitest';
import { installRelu6Layer } from './relu6-layer.ts';

Object.assign(process.env, { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '3' });
await import('@tensorflow/tfjs-node');

const x = tf.randomNormal([50, 20], 2, 5, 'float32', 1);
const dy = tf.randomNormal([50, 20], 0, 1, 'float32', 2);
afterAll(() => tf.dispose([x, dy]));

const limits = [undefined, 1, 6, 20];
/** Output and derivative of the layer with each upper limit. */
const all = () =>
  limits.flatMap((maxValue) => {
    const layer = tf.layers.reLU(maxValue === undefined ? {} : { maxValue });
    const f = (x: tf.Tensor) => layer.apply(x) as tf.Tensor;
    return [f(x), tf.grad(f)(x, dy)].map((tensor) => [...tensor.dataSync()].map((value) => value + 0)); // without −0
  });

it('keeps outputs and derivatives of every limit as they were, to the bit but for the sign of zero', () => {
  const before = tf.tidy(all);
  installRelu6Layer();
  expect(tf.tidy(all)).toEqual(before);
});

it('computes the output in one operation', () => {
  const layer = tf.layers.reLU({ maxValue: 6 });
  const profile = tf.profile(() => tf.tidy(() => (layer.apply(x) as tf.Tensor).shape.length) as never);
  return profile.then(({ kernelNames }) => expect(kernelNames).toEqual(['Relu6']));
});
