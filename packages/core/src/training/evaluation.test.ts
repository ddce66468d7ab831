import { describe, expect, it } from 'vitest';
import type { Engine, Tensors } from '../engine.ts';
import { attach } from '../model/attach.ts';
import { onCpu, someNumbers, tensorsLeftBy, untouched } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { eagerEngine } from './eager-engine.ts';
import { batches, createEvaluator } from './evaluation.ts';
import { crossEntropy } from './loss.ts';

const { layers } = tf;

describe('batches', () => {
  const MiB = 2 ** 20;

  it('are 500 examples, ten in a step, as long as that fits into 256 MiB', () => {
    expect(batches(4)).toEqual({ batch: 500, together: 10 });
    expect(batches((256 * MiB) / 5000)).toEqual({ batch: 500, together: 10 });
  });

  it('are fewer in a step, then smaller, and never none', () => {
    expect(batches((256 * MiB) / 4999)).toEqual({ batch: 500, together: 9 });
    expect(batches((256 * MiB) / 500)).toEqual({ batch: 500, together: 1 });
    expect(batches((256 * MiB) / 83)).toEqual({ batch: 83, together: 1 });
    expect(batches(1024 * MiB)).toEqual({ batch: 1, together: 1 });
  });
});

describe('createEvaluator', () => {
  onCpu();

  /** An engine that runs step by step and writes down the sizes of the batches it was given. */
  const watched = () => {
    const sizes: number[][] = [];
    const engine: Engine = {
      ...eagerEngine,
      compile(step, variables) {
        const own = eagerEngine.compile(step, variables);
        const run = (feeds: Tensors) => {
          sizes.push(Object.entries(feeds).flatMap(([name, { shape }]) => (name.startsWith('labels') ? [shape[0] as number] : [])));
          return own.run(feeds);
        };
        return { run, dispose: own.dispose };
      },
    };
    return { engine, sizes };
  };
  const evaluated = (examples: number) => {
    const { engine, sizes } = watched();
    const model = tf.sequential({ layers: [layers.dense({ units: 3, inputShape: [2] })] });
    const pruned = attach(model, untouched);
    const data = { inputs: Float32Array.from(someNumbers(2 * examples)), labels: Int32Array.from({ length: examples }, (_, i) => i % 3) };
    const evaluator = createEvaluator({ pruned, loss: crossEntropy(), engine });
    const evaluation = evaluator.evaluate(data, [2]);
    const tensors = { inputs: tf.tensor2d(data.inputs, [examples, 2]), labels: tf.tensor1d(data.labels, 'int32') };
    expect(evaluator.evaluate(tensors, [2])).toEqual(evaluation);
    for (const given of [data, tensors]) expect(tensorsLeftBy(() => void evaluator.evaluate(given, [2]))).toBe(0);
    const logits = tf.tidy(() => (model.predict(tf.tensor2d(data.inputs, [examples, 2])) as tf.Tensor2D).arraySync());
    evaluator.dispose();
    return { sizes: sizes.slice(0, sizes.length / 4), evaluation, logits, labels: data.labels };
  };

  it('takes ten batches a step; what is left over makes a smaller step, with a smaller batch', () => {
    expect(evaluated(11_107).sizes).toEqual([Array(10).fill(500), Array(10).fill(500), [500, 500, 107]]);
    expect(evaluated(1).sizes).toEqual([[1]]);
  });

  it('gives every example the same weight, whatever its batch, as an array and as a tensor', () => {
    const { evaluation, logits, labels } = evaluated(11_107);
    const right = logits.filter((row, i) => row.indexOf(Math.max(...row)) === labels[i]).length;
    const losses = logits.map((row, i) => Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0)) - (row[labels[i] as number] as number));
    expect(evaluation.accuracy).toBe(right / 11_107);
    expect(evaluation.loss).toBeCloseTo(losses.reduce((sum, x) => sum + x) / 11_107, 5);
  });
});
