import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { installOwnOperations, operationsOf } from './test-helpers.ts';

installOwnOperations(2);

describe('of a recorded step, products element by element', () => {
  const opsOf = (shapeA: number[], shapeB: number[], dtype: 'float32' | 'int32' = 'float32'): string[] =>
    operationsOf(({ a, b }) => ({ product: tf.mul(a as tf.Tensor, b as tf.Tensor) }), {
      a: tf.ones(shapeA, dtype),
      b: tf.ones(shapeB, dtype),
    });

  it('of middling size are EspalierMultiply', () => {
    expect(opsOf([2 ** 15], [2 ** 15])).toEqual(['EspalierMultiply']);
    expect(opsOf([4, 2 ** 17], [4, 2 ** 17])).toEqual(['EspalierMultiply']);
  });

  it('are left as they were where they are small, large, of two shapes, or not of floats', () => {
    expect(opsOf([2 ** 15 - 1], [2 ** 15 - 1])).toContain('Mul');
    expect(opsOf([2 ** 19 + 1], [2 ** 19 + 1])).toContain('Mul');
    expect(opsOf([2, 2 ** 15], [2 ** 15])).toContain('Mul');
    expect(opsOf([2 ** 15], [2 ** 15], 'int32')).toContain('Mul');
  });
});
