import type { tf } from '../tf.ts';

export interface ModelContext {
  /** Without the batch dimension. */
  readonly inputShape: readonly number[];
  readonly classes: number;
  /** A seed for an initializer, different for every name, the same for the same run seed and name. */
  seed(name: string): number;
}

/** A network to prune. */
export interface Model {
  /** A new model whose output is logits, [batch, classes]. All randomness comes from `context.seed`. */
  build(context: ModelContext): tf.LayersModel;
  /** The data that it is known for: what its cost is counted on where nothing else is said. */
  readonly usual?: Pick<ModelContext, 'inputShape' | 'classes'>;
}
