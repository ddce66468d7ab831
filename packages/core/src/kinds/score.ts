import type { tf } from '../tf.ts';

/** What top-k ranks: the higher, the more a weight deserves to stay. */
export interface Score {
  /** Finite scores in the shape of the weight. */
  of(weight: tf.Tensor): tf.Tensor;
  /** True if the scores of finite weights can't be anything but finite: core need not look. */
  readonly finite?: boolean;
}
