import { type Engine, tf } from '@espalier/core';

/** An engine without its compiler: every step runs operation by operation. */
export const eagerOn = (engine: Omit<Engine, 'compile'>): Engine => ({
  ...engine,
  compile: (step) => ({ run: (feeds, structure = '') => tf.tidy(() => step(feeds, structure)), dispose: () => {} }),
});
