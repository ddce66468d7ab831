import type { Engine } from '../engine.ts';
import { tf } from '../tf.ts';

/** Runs every step operation by operation on whatever backend is set; the engine of those who hand in none. */
export const eagerEngine: Engine = {
  get name() {
    return tf.getBackend();
  },
  version: tf.version_core,
  threads: 1,
  compile: (step) => ({ run: (feeds, structure = '') => tf.tidy(() => step(feeds, structure)), dispose: () => {} }),
};
