import type { Engine, Step, Tensors } from '../engine.ts';
import type { Examples } from '../kinds/dataset.ts';
import type { PrunedModel } from '../model/attach.ts';
import { largestActivation } from '../model/layer-internals.ts';
import { tf } from '../tf.ts';
import type { Batch } from './batch.ts';
import type { Loss } from './loss.ts';

export interface Evaluation {
  readonly loss: number;
  readonly accuracy: number;
}

/** Evaluates one model, again and again. Whoever made it calls `dispose()`. */
export interface Evaluator {
  /** Means over the examples. Arrays, of examples of `inputShape`, are copied into the engine some batches at a time; tensors are there. */
  evaluate(examples: Examples | Batch, inputShape: readonly number[]): Evaluation;
  dispose(): void;
}

/**
 * Loss and accuracy of a pruned model as it is used: nothing random, no moving average moves.
 *
 * Several batches are one step of the engine, which may compute them at the same time: where a matrix product is too small to keep all
 * cores busy, another one does. Each batch is computed as if it were alone, so their number changes no bit.
 */
export function createEvaluator({ pruned, loss: lossOf, engine }: EvaluatorOptions): Evaluator {
  const outcomeOf = (inputs: tf.Tensor, labels: tf.Tensor) => {
    const outputs = pruned.apply(inputs);
    const correct = outputs.argMax(-1).equal(labels).cast('int32').sum();
    return { loss: lossOf(outputs, labels), correct };
  };
  const step: Step = (feeds) => {
    const outcomes: Record<string, tf.Tensor> = {};
    for (let i = 0; feeds[INPUTS + i]; i++) {
      const { loss, correct } = tf.tidy(() => outcomeOf(feeds[INPUTS + i] as tf.Tensor, feeds[LABELS + i] as tf.Tensor));
      outcomes[LOSS + i] = loss;
      outcomes[CORRECT + i] = correct;
    }
    return outcomes;
  };
  const compiled = engine.compile(step, () => [...new Set(pruned.variables.values())]);
  const { batch, together } = batches(BYTES_PER_FLOAT * largestActivation(pruned.model));

  return {
    evaluate(examples, inputShape) {
      const { size, part } = divisible(examples, inputShape);
      let loss = 0;
      let correct = 0;
      for (let from = 0; from < size; from += together * batch) {
        const feeds: Record<string, tf.Tensor> = {};
        const counts: number[] = [];
        for (let start = from; start < size && counts.length < together; start += batch) {
          const count = Math.min(size - start, batch);
          const { inputs, labels } = part(start, count);
          feeds[INPUTS + counts.length] = inputs;
          feeds[LABELS + counts.length] = labels;
          counts.push(count);
        }
        const outcomes = compiled.run(feeds);
        for (const [i, count] of counts.entries()) {
          loss += count * read(outcomes, LOSS + i);
          correct += read(outcomes, CORRECT + i);
        }
        tf.dispose([feeds, outcomes as tf.NamedTensorMap]);
      }
      return { loss: loss / size, accuracy: correct / size };
    },
    dispose: compiled.dispose,
  };
}

/** How many examples make a batch, and how many batches a step, of a model whose largest activation has so many bytes per example. */
export function batches(bytes: number): { readonly batch: number; readonly together: number } {
  const batch = between(1, MOST_EXAMPLES, MOST_BYTES / bytes);
  return { batch, together: between(1, MOST_TOGETHER, MOST_BYTES / (batch * bytes)) };
}

// --- helpers ---

interface EvaluatorOptions {
  readonly pruned: PrunedModel;
  readonly loss: Loss;
  readonly engine: Engine;
}

const MOST_EXAMPLES = 500;
/** Validation and test sets of the usual sizes, 5,000 and 10,000, are steps of this many: one graph for both. */
const MOST_TOGETHER = 10;
/** Of the largest activation, in all batches of a step. */
const MOST_BYTES = 2 ** 28;
const BYTES_PER_FLOAT = 4;

const INPUTS = 'inputs ';
const LABELS = 'labels ';
const LOSS = 'loss ';
const CORRECT = 'correct ';

/** Examples, and how to take some of them as tensors, which the caller disposes of. */
function divisible(examples: Examples | Batch, inputShape: readonly number[]): { size: number; part(start: number, count: number): Batch } {
  if (isBatch(examples)) {
    const { inputs, labels } = examples;
    return { size: labels.size, part: (start, count) => ({ inputs: inputs.slice(start, count), labels: labels.slice(start, count) }) };
  }
  const { inputs, labels } = examples;
  const width = inputShape.reduce((product, n) => product * n, 1);
  return {
    size: labels.length,
    part: (start, count) => ({
      inputs: tf.tensor(inputs.subarray(start * width, (start + count) * width), [count, ...inputShape]),
      labels: tf.tensor1d(labels.subarray(start, start + count), 'int32'),
    }),
  };
}

const isBatch = (examples: Examples | Batch): examples is Batch => examples.labels instanceof tf.Tensor;

const between = (least: number, most: number, value: number): number => Math.max(least, Math.min(most, Math.floor(value)));

const read = (outcomes: Tensors, name: string): number => (outcomes[name] as tf.Tensor).dataSync()[0] as number;
