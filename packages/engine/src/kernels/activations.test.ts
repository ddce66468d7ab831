import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { installActivations } from './activations.ts';
import { type Binding, nativeBackend } from './native.ts';

Object.assign(process.env, { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '3' });
await import('@tensorflow/tfjs-node');

const activations = {
  relu: tf.relu,
  relu6: tf.relu6,
  leakyRelu: tf.leakyRelu,
  sigmoid: tf.sigmoid,
  tanh: tf.tanh,
  softplus: tf.softplus,
  selu: tf.selu,
};
const x = tf.randomNormal([50, 20], 0, 4, 'float32', 1);
const dy = tf.randomNormal([50, 20], 0, 1, 'float32', 2);

/** The derivative of f(x), weighted by dy, and a second derivative of f(x²), where TensorFlow.js has one (not through comparisons). */
function derivatives(name: string, f: (x: tf.Tensor) => tf.Tensor): number[] {
  const first = tf.grad(f);
  const second = tf.grad((z) =>
    tf
      .grad((w) => f(w.square()).sum())(z)
      .square()
      .sum(),
  );
  const isSmooth = ['sigmoid', 'tanh', 'softplus'].includes(name);
  return [first(x, dy), ...(isSmooth ? [second(x)] : [])].flatMap((tensor) => [...tensor.dataSync()]);
}

describe('installActivations', () => {
  it('keeps first and second derivatives as they were', () => {
    const all = () => Object.entries(activations).flatMap(([name, f]) => derivatives(name, f as (x: tf.Tensor) => tf.Tensor));
    const before = all();
    installActivations();
    const errors = all().map((value, i) => Math.abs(value - (before[i] as number)));
    expect(errors).toHaveLength(10_000);
    expect(Math.max(...errors)).toBeLessThan(1e-6);
  });

  it('runs one op for the derivative of relu', () => {
    const ops: string[] = [];
    const backend = nativeBackend();
    const { binding } = backend;
    const executeOp: Binding['executeOp'] = (op, ...rest) => {
      ops.push(op);
      return binding.executeOp(op, ...rest);
    };
    backend.binding = Object.create(binding, { executeOp: { value: executeOp } });
    tf.grad(tf.relu as (x: tf.Tensor) => tf.Tensor)(x, dy);
    backend.binding = binding;
    expect(ops).toEqual(['Relu', 'ReluGrad']);
  });
});
