import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCompiler } from './compiler.ts';
import { eagerAndReplayed, operationsOf, sizes } from './test-helpers.ts';
import type { Step } from './types.ts';

/** What TensorFlow would fuse with a product, fold into it or regroup. */
const step: Step = (feeds) => {
  const { x, w, b, xTransposed, wTransposed, c } = feeds as Record<'x' | 'w' | 'b' | 'xTransposed' | 'wTransposed' | 'c', tf.Tensor2D>;
  const product = tf.matMul(x, w);
  const loss = (weights: tf.Tensor, bias: tf.Tensor) =>
    tf
      .matMul(x, weights as tf.Tensor2D)
      .add(bias)
      .relu()
      .square()
      .sum<tf.Scalar>();
  const [gradient] = tf.grads((weights, bias) => loss(weights as tf.Tensor, bias as tf.Tensor))([w, b]);
  return {
    biased: product.add(b),
    relu: product.add(b).relu(),
    tanh: product.mul(0.3).add(b).tanh(),
    transposed: tf.matMul(tf.transpose(xTransposed), w).add(1),
    sum: product.add(tf.matMul(x, tf.transpose(wTransposed))).add(c),
    gradient: gradient as tf.Tensor,
  };
};

it.each([
  [64, 128, 48],
  [16, 384, 2],
  [7, 300, 10],
  [56, 17, 3],
  [914, 277, 8],
  [1, 64, 64],
  [128, 500, 10],
  [16, 2, 200],
])('computes products of %i x %i x %i to the same bits as eager steps', (m, k, n) => {
  const normal = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed);
  const shapes = { x: [m, k], w: [k, n], b: [n], xTransposed: [k, m], wTransposed: [n, k], c: [m, n] };
  const feeds = Object.fromEntries(Object.entries(shapes).map(([name, shape], i) => [name, normal(shape, i + 1)]));
  const reasons: string[] = [];
  const { run } = createCompiler({ log: (reason) => reasons.push(reason) })(step, () => []);
  const bits = () => Object.entries(run(feeds)).map(([name, tensor]) => [name, [...tensor.dataSync()]]);
  const eager = bits();
  expect(bits()).toEqual(eager); // recorded again
  expect(bits()).toEqual(eager); // replayed
  expect(reasons).toEqual([]);
});

describe('of a recorded step, small products of two matrices', () => {
  /** The operations that a product of matrices of these shapes becomes. */
  function opsOf(
    shapeA: number[],
    shapeB: number[],
    { dtype = 'float32', transposeA = false, transposeB = false }: Options = {},
  ): string[] {
    const feeds = { a: tf.ones(shapeA, dtype), b: tf.ones(shapeB, dtype) };
    const product: Step = ({ a, b }) => ({ product: tf.matMul(a as tf.Tensor, b as tf.Tensor, transposeA, transposeB) });
    return operationsOf(product, feeds).filter((op) => op !== 'Const');
  }

  interface Options {
    readonly dtype?: 'float32' | 'int32';
    readonly transposeA?: boolean;
    readonly transposeB?: boolean;
  }

  it('are MatMul, and so are batches of one', () => {
    expect(opsOf([16, 3], [3, 4])).toEqual(['MatMul']);
    expect(opsOf([3, 16], [4, 3], { transposeA: true, transposeB: true })).toEqual(['MatMul']);
    expect(opsOf([1, 16, 3], [1, 3, 4])).toEqual(['Reshape', 'Reshape', 'MatMul', 'Reshape']);
    expect(opsOf([1, 16, 3], [3, 4])).toEqual(['Reshape', 'MatMul', 'Reshape']);
  });

  it('are left as they were if they are batches of more, or not of floats', () => {
    expect(opsOf([2, 16, 3], [2, 3, 4])).toEqual(['BatchMatMulV2']);
    expect(opsOf([16, 3], [3, 4], { dtype: 'int32' })).toEqual(['BatchMatMulV2']);
  });

  it('are left as they were where the two round differently, or are large', () => {
    expect([opsOf([16, 384], [384, 4]), opsOf([16, 385], [385, 4])].flat()).toEqual(['MatMul', 'BatchMatMulV2']);
    expect([opsOf([15, 3], [3, 4]), opsOf([3, 15], [3, 4], { transposeA: true })].flat()).toEqual(['BatchMatMulV2', 'BatchMatMulV2']);
    expect([opsOf([16, 3], [3, 3]), opsOf([16, 3], [3, 3], { transposeB: true })].flat()).toEqual(['BatchMatMulV2', 'BatchMatMulV2']);
    expect([opsOf([128, 384], [384, 4]), opsOf([129, 384], [384, 4])].flat()).toEqual(['MatMul', 'BatchMatMulV2']);
    expect([opsOf([128, 384], [384, 170]), opsOf([128, 384], [384, 171])].flat()).toEqual(['MatMul', 'BatchMatMulV2']);
  });
});

it('computes small products of any shape to the same bits as the operation that TensorFlow.js calls', () => {
  fc.assert(
    fc.property(
      fc.record({ rows: sizes(16, 600), terms: sizes(1, 384), columns: sizes(4, 600), seed: fc.nat() }),
      fc.boolean(),
      fc.boolean(),
      check,
    ),
    { numRuns: 40 },
  );

  function check(
    { rows, terms, columns, seed }: { rows: number; terms: number; columns: number; seed: number },
    s: boolean,
    t: boolean,
  ): void {
    tf.tidy(() => {
      const a = tf.randomNormal(s ? [terms, rows] : [rows, terms], 0, 1, 'float32', seed);
      const b = tf.randomNormal(t ? [columns, terms] : [terms, columns], 0, 1, 'float32', seed + 1);
      const { eager, replayed } = eagerAndReplayed((feeds) => tf.matMul(feeds.a as tf.Tensor, feeds.b as tf.Tensor, s, t), { a, b });
      expect(replayed).toEqual(eager);
    });
  }
});
