import type * as tf from '@tensorflow/tfjs';
import { replaceKernel, share } from './wasm-backend.ts';

/** Copies and casts to the same type share the data, which never changes. A training step has many, and the WebAssembly backend copies. */
export function installIdentities(): void {
  replaceKernel(
    'Identity',
    () =>
      ({ x }) =>
        share(x as tf.Tensor),
  );
  replaceKernel('Cast', (original) => (inputs, attributes) => {
    const x = inputs.x as tf.Tensor;
    return x.dtype === attributes.dtype ? share(x) : original(inputs, attributes);
  });
}
