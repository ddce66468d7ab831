import * as tf from '@tensorflow/tfjs';
import { floatType, nativeBackend } from './native.ts';

/**
 * Uniform numbers in [0, 1) that depend on nothing but `key` (int32, [2]): one TensorFlow op, so that it can be part of a compiled step.
 * They have no gradient.
 */
export function statelessUniform(shape: readonly number[], key: tf.Tensor): tf.Tensor {
  const backend = nativeBackend();
  const { TF_ATTR_TYPE: type, TF_INT32: value } = backend.binding;
  const attributes = [floatType(backend, 'dtype'), { name: 'T', type, value }, { name: 'Tseed', type, value }];
  return backend.executeSingleOutput('StatelessRandomUniform', attributes, [tf.tensor1d([...shape], 'int32'), key]);
}
