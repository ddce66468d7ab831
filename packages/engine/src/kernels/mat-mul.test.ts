import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it, vi } from 'vitest';
import { installMatMul } from './mat-mul.ts';
import { nativeBackend } from './native.ts';

Object.assign(process.env, { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '3' });
await import('@tensorflow/tfjs-node');

beforeAll(installMatMul);

/** The op that a product of tensors of these shapes calls. */
function opOf(shapeA: number[], shapeB: number[], dtype: 'float32' | 'int32' = 'float32'): string | undefined {
  const ran = vi.spyOn(nativeBackend(), 'executeSingleOutput');
  tf.tidy(() => tf.matMul(tf.ones(shapeA, dtype), tf.ones(shapeB, dtype)));
  const op = ran.mock.calls.map(([name]) => name).find((name) => name.includes('MatMul'));
  ran.mockRestore();
  return op;
}

it('multiplies small matrices, and batches of one, by MatMul', () => {
  expect([opOf([5, 3], [3, 4]), opOf([1, 5, 3], [1, 3, 4])]).toEqual(['MatMul', 'MatMul']);
  expect([opOf([2, 5, 3], [2, 3, 4]), opOf([5, 3], [1, 3, 4])]).toEqual(['BatchMatMulV2', 'BatchMatMulV2']);
  expect(opOf([5, 3], [3, 4], 'int32')).toBe('BatchMatMulV2');
});

it('leaves larger products and longer sums as they were', () => {
  expect([opOf([256, 256], [256, 128]), opOf([256, 256], [256, 129])]).toEqual(['MatMul', 'BatchMatMulV2']);
  expect([opOf([8, 384], [384, 4]), opOf([8, 385], [385, 4])]).toEqual(['MatMul', 'BatchMatMulV2']);
});

it.each([
  [false, false, [5, 3], [3, 4], [5, 4]],
  [true, false, [3, 5], [3, 4], [5, 4]],
  [false, true, [1, 5, 3], [1, 4, 3], [1, 5, 4]],
  [true, true, [1, 1, 3, 5], [1, 1, 4, 3], [1, 1, 5, 4]],
  [false, false, [2, 5, 3], [2, 3, 4], [2, 5, 4]],
])('gives products and gradients of the plain JavaScript backend, transposed %s and %s', async (transposeA, transposeB, a, b, shape) => {
  const [x, y] = [tf.randomNormal(a, 0, 1, 'float32', 1), tf.randomNormal(b, 0, 1, 'float32', 2)];
  const values = [x.dataSync(), y.dataSync()] as const;
  const computed = async (backend: string) => {
    await tf.setBackend(backend);
    const product = (p: tf.Tensor, q: tf.Tensor) => tf.matMul(p, q, transposeA, transposeB);
    return tf.tidy(() => {
      const [p, q] = [tf.tensor(values[0], a), tf.tensor(values[1], b)];
      const gradients = tf.grads((u, v) =>
        product(u as tf.Tensor, v as tf.Tensor)
          .square()
          .sum(),
      )([p, q]);
      return [product(p, q), ...gradients].map((tensor) => ({ shape: tensor.shape, values: [...tensor.dataSync()] }));
    });
  };
  const plain = await computed('cpu');
  const native = await computed('tensorflow');
  expect(native[0]?.shape).toEqual(shape);
  for (const [i, { shape: expected, values: numbers }] of plain.entries()) {
    expect(native[i]?.shape).toEqual(expected);
    native[i]?.values.forEach((value, j) => void expect(value).toBeCloseTo(numbers[j] as number, 4));
  }
});

it('leaves no tensor behind', () => {
  const [x, y] = [tf.ones([1, 5, 3]), tf.ones([1, 3, 4])];
  const before = tf.memory().numTensors;
  tf.matMul(x, y).dispose();
  expect(tf.memory().numTensors).toBe(before);
});
