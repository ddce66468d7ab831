import type * as tf from '@tensorflow/tfjs';
import { floatType, isInnerBackward, type NativeBackend, nativeBackend, replaceGradient } from './native.ts';

/** The derivative of one activation function as one op of the library, from dy, the input x and the output y. */
type Derivative = (backend: NativeBackend, dy: tf.Tensor, x: tf.Tensor, y: tf.Tensor, attributes: tf.NamedAttrMap) => tf.Tensor;

const run = (backend: NativeBackend, op: string, inputs: tf.Tensor[]): tf.Tensor =>
  backend.executeSingleOutput(op, [floatType(backend)], inputs);

const derivatives: Readonly<Record<string, Derivative>> = {
  Relu: (backend, dy, _x, y) => run(backend, 'ReluGrad', [dy, y]),
  Relu6: (backend, dy, _x, y) => run(backend, 'Relu6Grad', [dy, y]),
  Sigmoid: (backend, dy, _x, y) => run(backend, 'SigmoidGrad', [y, dy]),
  Tanh: (backend, dy, _x, y) => run(backend, 'TanhGrad', [y, dy]),
  Softplus: (backend, dy, x) => run(backend, 'SoftplusGrad', [dy, x]),
  Selu: (backend, dy, _x, y) => run(backend, 'SeluGrad', [dy, y]),
  LeakyRelu: (backend, dy, x, _y, { alpha }) => {
    const slope = { name: 'alpha', type: backend.binding.TF_ATTR_FLOAT, value: alpha };
    return backend.executeSingleOutput('LeakyReluGrad', [floatType(backend), slope], [dy, x]);
  },
};

/**
 * The gradients of activation functions, each in one op instead of three to six (relu: step, NaN check, select, multiply).
 *
 * Differs from TensorFlow.js: at x = 6 the derivative of relu6 is 0, not 1; where x is NaN, those of relu and relu6 are 0, not NaN.
 */
export function installActivations(): void {
  for (const [name, derivative] of Object.entries(derivatives)) {
    replaceGradient(name, (original) => ({
      inputsToSave: ['x'],
      outputsToSave: [true],
      gradFunc(dy, saved, attributes) {
        const [x, y] = saved as [tf.Tensor, tf.Tensor];
        if (isInnerBackward()) return original.gradFunc(dy, original.outputsToSave?.[0] ? [y] : [x], attributes);
        return { x: () => derivative(nativeBackend(), dy as tf.Tensor, x, y, attributes) };
      },
    }));
  }
}
