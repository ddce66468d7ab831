import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it } from 'vitest';
import { nativeBackend } from '../kernels/native.ts';
import { createCompiler } from './compiler.ts';
import type { Step, Tensors } from './types.ts';

Object.assign(process.env, { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '3' });
await import('@tensorflow/tfjs-node');

afterEach(() => tf.disposeVariables());

/** Calls a step six times with x = 1 ... 6; returns its results, how often the step itself ran, and what was logged. */
function runSix(step: Step) {
  const reasons: string[] = [];
  let calls = 0;
  const counted: Step = (feeds, structure) => {
    calls += 1;
    return step(feeds, structure);
  };
  const compiled = createCompiler({ log: (reason) => reasons.push(reason) })(counted, () => []);
  const results = [1, 2, 3, 4, 5, 6].map((x) => compiled.run({ x: tf.scalar(x) }).y?.dataSync()[0]);
  compiled.dispose();
  return { results, calls, reasons };
}

const x = (feeds: Tensors) => feeds.x as tf.Tensor;

describe('a step that can not be compiled', () => {
  it('stays eager if it reads a value', () => {
    const { results, calls, reasons } = runSix((feeds) => ({ y: tf.scalar(x(feeds).add(1).dataSync()[0] as number) }));
    expect(results).toEqual([2, 3, 4, 5, 6, 7]);
    expect(calls).toBe(6);
    expect(reasons).toEqual([expect.stringContaining('a value is read')]);
  });

  it('stays eager if it reads a feed that has not been uploaded yet', () => {
    const { results, reasons } = runSix((feeds) => ({ y: tf.scalar(x(feeds).dataSync()[0] as number) }));
    expect(results).toEqual([1, 2, 3, 4, 5, 6]);
    expect(reasons).toEqual([expect.stringContaining('a value is read')]);
  });

  it('may read a constant, as tf.gather does with its indices', () => {
    const { results, calls, reasons } = runSix((feeds) => {
      const indices = tf.tensor1d([1, 0], 'int32');
      const pair = tf.stack([x(feeds), x(feeds).neg()]);
      return { y: tf.gather(tf.gather(pair, indices), indices).slice(0, 1) };
    });
    expect(results).toEqual([1, 2, 3, 4, 5, 6]);
    expect([calls, reasons]).toEqual([2, []]);
  });

  it('stays eager if it draws random numbers in JavaScript', () => {
    const dropout = tf.layers.dropout({ rate: 0.5 });
    const { results, calls, reasons } = runSix((feeds) => {
      return { y: tf.sum(dropout.apply(x(feeds).mul(tf.ones([1000])), { training: true }) as tf.Tensor).div(x(feeds)) };
    });
    expect(new Set(results).size).toBeGreaterThan(1);
    expect(calls).toBe(6);
    expect(reasons).toEqual([expect.stringContaining('random numbers')]);
  });

  it('stays eager if a JavaScript number changes from step to step, and says into which operation it goes', () => {
    let rate = 1;
    const { results, calls, reasons } = runSix((feeds) => {
      rate *= 2;
      return { y: x(feeds).mul(rate) };
    });
    expect(results).toEqual([2, 8, 24, 64, 160, 384]);
    expect(calls).toBe(6);
    expect(reasons).toEqual([expect.stringMatching(/changes from step to step.*Mul/)]);
  });

  it('stays eager if it captures a new tensor in each step', () => {
    let scale = tf.scalar(1);
    const { results, calls, reasons } = runSix((feeds) => {
      const y = x(feeds).mul(scale);
      scale = tf.keep(scale.add(1));
      return { y };
    });
    expect(results).toEqual([1, 4, 9, 16, 25, 36]);
    expect(calls).toBe(6);
    expect(reasons).toHaveLength(1);
  });

  it('keeps the other structures compiled', () => {
    const reasons: string[] = [];
    const step = createCompiler({ log: (reason) => reasons.push(reason) })(
      (feeds, structure) => {
        if (structure === 'print') x(feeds).dataSync();
        return { y: x(feeds).square() };
      },
      () => [],
    );
    for (const structure of ['', 'print', '', 'print', '', 'print']) step.run({ x: tf.scalar(2) }, structure);
    expect(reasons).toEqual([expect.stringContaining('"print"')]);
    expect(nativeBackend().binding.getNumOfSavedModels()).toBe(1);
    step.dispose();
  });

  it('leaves the backend as it was if the step throws', () => {
    const { binding } = nativeBackend();
    const { random } = Math;
    const step = createCompiler()(
      () => {
        throw new Error('on purpose');
      },
      () => [],
    );
    expect(() => step.run({})).toThrow('on purpose');
    expect(nativeBackend().binding).toBe(binding);
    expect(Math.random).toBe(random);
  });
});
