import { type Engine, tf } from '@espalier/core';

/** The same engine without its compiler: every step runs operation by operation. */
export const eagerOn = (engine: Engine): Engine => ({
  ...engine,
  compile: (step) => ({ run: (feeds, structure = '') => tf.tidy(() => step(feeds, structure)), dispose: () => {} }),
});
