/**
 * The one copy of TensorFlow.js that core, plugins and models share. Import `tf` from here (or from `@espalier/core`), never from
 * `@tensorflow/tfjs` beside it: two copies don't know each other's tensors.
 */
import * as tf from '@tensorflow/tfjs';

export { tf };
