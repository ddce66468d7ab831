import { tf } from '../tf.ts';

/**
 * Builds a model for its shapes alone: every weight is zero, whatever its initializer says, so that no random number is drawn. Memory is
 * reserved but, on the plain JavaScript backend, not touched.
 *
 * `build` must not be asynchronous; layers that are made after it has returned are as ever.
 */
export function withoutValues<T>(build: () => T): T {
  const prototype = tf.layers.Layer.prototype as unknown as Weighted;
  const original = prototype.addWeight;
  const zeros = tf.initializers.zeros();
  prototype.addWeight = function (name, shape, dtype, _initializer, ...rest) {
    return original.call(this, name, shape, dtype, zeros, ...rest);
  };
  try {
    return build();
  } finally {
    prototype.addWeight = original;
  }
}

// --- helpers ---

type Initializer = ReturnType<typeof tf.initializers.zeros>;
interface Weighted {
  addWeight(
    name: string,
    shape: readonly (number | null)[],
    dtype?: tf.DataType,
    initializer?: Initializer,
    ...rest: readonly unknown[]
  ): unknown;
}
