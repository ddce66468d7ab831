import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { loadWasm } from '../wasm.ts';

beforeAll(loadWasm);

const x5 = () => tf.ones([1, 3, 3, 3, 1]) as tf.Tensor5D;

it.each<[string, () => unknown]>([
  ['conv3d', () => tf.grad((w) => tf.conv3d(x5(), w as tf.Tensor5D, 1, 'valid'))(tf.ones([2, 2, 2, 1, 1]))],
  ['conv3dTranspose', () => tf.conv3dTranspose(x5(), tf.ones([2, 2, 2, 1, 1]) as tf.Tensor5D, [1, 4, 4, 4, 1], 1, 'valid')],
  ['maxPool3d', () => tf.grad((x) => tf.maxPool3d(x as tf.Tensor5D, 2, 1, 'valid'))(x5())],
  ['dilation2d', () => tf.grad((x) => tf.dilation2d(x as tf.Tensor4D, tf.ones([2, 2, 1]), 1, 'valid'))(tf.ones([1, 3, 3, 1]))],
])('refuses %s rather than give wrong numbers', (_, run) => {
  expect(run).toThrow(expect.objectContaining({ code: 'E_WASM_GRADIENT' }));
});
