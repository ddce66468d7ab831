import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it } from 'vitest';
import { installKernels } from '../kernels/index.ts';
import { nativeBackend } from '../kernels/native.ts';
import { createCompiler } from './compiler.ts';
import type { CompiledStep, Tensors } from './types.ts';

Object.assign(process.env, { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '3' });
await import('@tensorflow/tfjs-node');
installKernels();

afterEach(() => tf.disposeVariables());

const reasons: string[] = [];
const compile = createCompiler({ log: (reason) => reasons.push(reason) });
const none = () => [];
const number = (tensors: Tensors, name = 'y'): number => (tensors[name] as tf.Tensor).dataSync()[0] as number;
const scalar = (value: number) => ({ x: tf.scalar(value) });
const outcomes = (step: CompiledStep, values: readonly number[]) => values.map((value) => number(step.run(scalar(value))));
const square = ({ x }: Tensors) => (x as tf.Tensor).square();

describe('a compiled step', () => {
  it('is eager for the first two calls, then one call of the library', () => {
    let calls = 0;
    const step = compile((feeds) => {
      calls += 1;
      return { y: square(feeds) };
    }, none);
    expect(outcomes(step, [1, 2, 3, 4])).toEqual([1, 4, 9, 16]);
    expect(calls).toBe(2);
    expect(nativeBackend().binding.getNumOfSavedModels()).toBe(1);
    step.dispose();
    expect(nativeBackend().binding.getNumOfSavedModels()).toBe(0);
  });

  it('assigns variables, also ones that were not listed', () => {
    const a: tf.Variable = tf.variable(tf.scalar(1));
    const b = tf.variable(a);
    const step = compile(
      ({ x }) => {
        const sum = a.add(b).add(x as tf.Tensor);
        a.assign(b.mul(1));
        b.assign(sum);
        return { y: sum.mul(2) };
      },
      () => [a],
    );
    expect(outcomes(step, [0, 0, 0, 0, 1])).toEqual([4, 6, 10, 16, 28]);
    expect([number({ a }, 'a'), number({ b }, 'b')]).toEqual([8, 14]);
  });

  it('gives a variable its new value, and leaves the old one to whoever has it', () => {
    const count: tf.Variable = tf.variable(tf.scalar(0));
    const step = compile(
      ({ x }) => {
        count.assign(count.add(x as tf.Tensor));
        return { y: count.neg() };
      },
      () => [count],
    );
    const kept: tf.Tensor[] = [];
    for (const i of [0, 1, 2, 3, 4, 5, 6, 7]) {
      if (i % 2 === 0) kept.push(count.clone());
      expect([number(step.run(scalar(1))), number({ count }, 'count')]).toEqual([-(i + 1), i + 1]);
    }
    expect(kept.map((tensor) => number({ tensor }, 'tensor'))).toEqual([0, 2, 4, 6]);
  });

  it('passes on the old value of a variable', () => {
    const count: tf.Variable = tf.variable(tf.scalar(0));
    const last: tf.Variable = tf.variable(tf.scalar(-1));
    const step = compile(
      ({ x }) => {
        const old = count.clone();
        last.assign(old);
        count.assign(count.add(x as tf.Tensor));
        return { y: old };
      },
      () => [count, last],
    );
    for (const i of [0, 1, 2, 3, 4]) {
      expect([number(step.run(scalar(1))), number({ count }, 'count'), number({ last }, 'last')]).toEqual([i, i + 1, i]);
    }
  });

  it('returns feeds, variables and captured tensors as tensors of the caller', () => {
    const v = tf.variable(tf.scalar(7));
    const captured = tf.scalar(9);
    const step = compile(({ x }) => ({ x: x as tf.Tensor, v, captured: captured.clone(), made: tf.scalar(5) }), none);
    for (const value of [1, 2, 3, 4]) {
      const results = step.run(scalar(value));
      expect(Object.keys(results).map((name) => number(results, name))).toEqual([value, 7, 9, 5]);
      tf.dispose(results as tf.NamedTensorMap);
    }
    expect([v.isDisposed, captured.isDisposed]).toEqual([false, false]);
  });

  it('keeps apart feeds that are the same tensor at first', () => {
    const step = compile(({ a, b }) => ({ y: (a as tf.Tensor).sub(b as tf.Tensor) }), none);
    const same = tf.scalar(3);
    for (let i = 0; i < 3; i++) expect(number(step.run({ a: same, b: same }))).toBe(0);
    expect(number(step.run({ a: tf.scalar(5), b: tf.scalar(1) }))).toBe(4);
  });

  it('reads a captured tensor anew, and records again when it was replaced', () => {
    let captured = tf.scalar(10);
    const step = compile(({ x }) => ({ y: (x as tf.Tensor).mul(captured) }), none);
    expect(outcomes(step, [1, 2, 3])).toEqual([10, 20, 30]);
    captured.dispose();
    captured = tf.scalar(100);
    expect(outcomes(step, [1, 2, 3])).toEqual([100, 200, 300]);
  });

  it('has its own graph for every structure and every shape', () => {
    const step = compile(
      ({ x }, structure) => ({ y: structure === 'double' ? tf.sum(x as tf.Tensor).mul(2) : tf.sum(x as tf.Tensor) }),
      none,
    );
    for (let i = 0; i < 4; i++) {
      expect(number(step.run({ x: tf.ones([3]) }))).toBe(3);
      expect(number(step.run({ x: tf.ones([2, 2]) }))).toBe(4);
      expect(number(step.run({ x: tf.ones([3]) }, 'double'))).toBe(6);
    }
    expect(nativeBackend().binding.getNumOfSavedModels()).toBeGreaterThanOrEqual(3);
    step.dispose();
  });

  it('records again when the list of variables changes', () => {
    let slot: tf.Variable | undefined;
    const weight = tf.variable(tf.scalar(1));
    const step = compile(
      ({ x }) => {
        weight.assign(weight.add(slot === undefined ? (x as tf.Tensor) : slot));
        return { y: weight };
      },
      () => (slot === undefined ? [weight] : [weight, slot]),
    );
    expect(outcomes(step, [1, 1, 1])).toEqual([2, 3, 4]);
    slot = tf.variable(tf.scalar(10));
    expect(outcomes(step, [1, 1, 1])).toEqual([14, 24, 34]);
  });

  it('works with the optimizers of TensorFlow.js, which make their slots in the first step', () => {
    const train = (optimizer: tf.Optimizer, wrap: typeof compile) => {
      const weight = tf.variable(tf.tensor1d([1, 2]));
      const step = wrap(
        ({ x }) => ({
          y: optimizer.minimize(
            () =>
              weight
                .mul(x as tf.Tensor)
                .square()
                .sum(),
            true,
            [weight],
          ) as tf.Scalar,
        }),
        none,
      );
      outcomes(step, [1, 2, 3, 1, 2, 3, 1, 2]);
      return [...weight.dataSync()];
    };
    const eagerly: typeof compile = (step) => ({ run: (feeds, structure = '') => step(feeds, structure), dispose() {} });
    for (const make of [() => tf.train.momentum(0.01, 0.9), () => tf.train.adam(0.01), () => tf.train.rmsprop(0.01)]) {
      expect(train(make(), compile)).toEqual(train(make(), eagerly));
    }
    expect(reasons).toEqual([]);
  });

  it('becomes a part of a step that calls it', () => {
    const inner = compile((feeds) => ({ y: square(feeds) }), none);
    const outer = compile((feeds) => ({ y: (inner.run(feeds).y as tf.Tensor).add(1) }), none);
    expect(outcomes(outer, [1, 2, 3, 4])).toEqual([2, 5, 10, 17]);
  });

  it('leaks nothing over 2,000 replays', () => {
    const weight = tf.variable(tf.ones([64, 64]));
    const step = compile(
      ({ x }) => {
        weight.assign(weight.mul(0.999).add(x as tf.Tensor));
        return { y: weight.mean() };
      },
      () => [weight],
    );
    const x = tf.scalar(0.001);
    const count = () => [tf.memory().numTensors, tf.memory().numBytes, nativeBackend().binding.getNumOfTensors()];
    const replay = (times: number) => {
      for (let i = 0; i < times; i++) tf.dispose(step.run({ x }).y as tf.Tensor);
    };
    replay(500);
    const [before, memory] = [count(), process.memoryUsage.rss()];
    replay(2000);
    expect(count()).toEqual(before);
    expect(process.memoryUsage.rss() - memory).toBeLessThan(24e6);
  });
});
