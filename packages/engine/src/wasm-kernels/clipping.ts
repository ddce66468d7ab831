import * as tf from '@tensorflow/tfjs';

/**
 * The gradients of clipping and relu6, composed of operations that are fast on the WebAssembly backend, which compares slowly. They hold
 * for every backend.
 *
 *   clip: dx = dy where min ≤ x ≤ max, else 0.   relu6: dx = dy where 0 < x ≤ 6, else 0.
 */
export function installClipping(): void {
  replaceGradient('ClipByValue', (x, { clipValueMin, clipValueMax }) => {
    const distance = tf.abs(tf.sub(x, tf.clipByValue(x, clipValueMin as number, clipValueMax as number)));
    return tf.sub(1, tf.step(distance));
  });
  replaceGradient('Relu6', (x) => tf.sub(tf.step(x), tf.step(tf.sub(x, 6))));
}

// --- helpers ---

function replaceGradient(kernelName: string, slope: (x: tf.Tensor, attributes: tf.NamedAttrMap) => tf.Tensor): void {
  tf.unregisterGradient(kernelName);
  tf.registerGradient({
    kernelName,
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attributes) => ({ x: () => tf.mul(dy as tf.Tensor, slope(x as tf.Tensor, attributes)) }),
  });
}
