import type { RandomStream } from '../random.ts';
import type { tf } from '../tf.ts';

/** Examples in memory: `inputs` holds `labels.length` examples of the data set's `inputShape`, one after the other. */
export interface Examples {
  readonly inputs: Float32Array;
  /** Class of each example, from 0. */
  readonly labels: Int32Array;
}

export interface Splits {
  readonly train: Examples;
  /** Taken out of the training data; what choices are made on. */
  readonly validation: Examples;
  /** Touched once, after training. */
  readonly test: Examples;
}

/** Data to train and test on. The same splits for every seed. */
export interface Dataset {
  /** Without the batch dimension. */
  readonly inputShape: readonly number[];
  readonly classes: number;
  load(): Promise<Splits>;
  /**
   * Other examples in place of those of a training batch, [batch, ...inputShape]: crops, flips. Its random stream is that of the run's seed
   * for the step; called inside `tf.tidy`. Absent: examples are as they were loaded.
   */
  augment?(inputs: tf.Tensor, random: RandomStream): tf.Tensor;
}
