import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { nativeBackend } from '../kernels/native.ts';
import { createCompiler } from './compiler.ts';
import { blockOf } from './shared-products.ts';
import { eagerAndReplayed, installOwnOperations, operationsOf } from './test-helpers.ts';
import type { Step, Tensors } from './types.ts';

installOwnOperations(3);
const isInstalled = tf.getKernel('EspalierProduct', 'tensorflow') !== undefined;
const roundsAsOneDnn =
  isInstalled && blockOf(nativeBackend().binding, { rows: 16, terms: 600, columns: 16, transposeA: false, transposeB: false }) === 512;

const normal = (shape: [number, number], seed: number): tf.Tensor2D => tf.randomNormal(shape, 0, 1, 'float32', seed);

it('computes products of middling size of any shape to the same bits as eager steps', () => {
  const shape = fc
    .record({
      rows: fc.integer({ min: 1, max: 800 }),
      terms: fc.integer({ min: 130, max: 1200 }),
      multiplyAdds: fc.integer({ min: 2 ** 23, max: 2 ** 25 }),
    })
    .map(({ rows, terms, multiplyAdds }) => ({ rows, terms, columns: Math.ceil(multiplyAdds / rows / terms) }))
    .filter(({ terms, columns }) => terms * columns <= 2 ** 19);
  fc.assert(
    fc.property(shape, fc.boolean(), fc.boolean(), fc.nat(), ({ rows, terms, columns }, s, t, seed) => {
      tf.tidy(() => {
        const a = normal(s ? [terms, rows] : [rows, terms], seed);
        const b = normal(t ? [columns, terms] : [terms, columns], seed + 1);
        const { eager, replayed } = eagerAndReplayed((feeds) => tf.matMul(feeds.a as tf.Tensor, feeds.b as tf.Tensor, s, t), { a, b });
        expect(replayed).toEqual(eager);
      });
    }),
    { numRuns: 12 },
  );
});

describe.runIf(roundsAsOneDnn)('of a recorded step, products of middling size', () => {
  const opsOf = (shapeA: number[], shapeB: number[], transposeA = false, transposeB = false): string[] => {
    const product: Step = ({ a, b }) => ({ product: tf.matMul(a as tf.Tensor, b as tf.Tensor, transposeA, transposeB) });
    return operationsOf(product, { a: tf.ones(shapeA), b: tf.ones(shapeB) }).filter((op) => op !== 'Const');
  };

  it('are EspalierProduct, and so are batches of one', () => {
    expect(opsOf([128, 784], [784, 300])).toEqual(['EspalierProduct']);
    expect(opsOf([128, 784], [128, 300], true)).toEqual(['EspalierProduct']);
    expect(opsOf([1, 128, 784], [784, 300])).toEqual(['Reshape', 'EspalierProduct', 'Reshape']);
  });

  it('are left as they were where they are small, large, more than one, or have a transposed second factor', () => {
    expect([opsOf([128, 400], [400, 163]), opsOf([128, 400], [400, 164])].flat()).toEqual(['BatchMatMulV2', 'EspalierProduct']);
    expect([opsOf([256, 256], [256, 512]), opsOf([256, 257], [257, 512])].flat()).toEqual(['EspalierProduct', 'BatchMatMulV2']);
    expect([opsOf([32, 1024], [1024, 512]), opsOf([32, 1024], [1024, 513])].flat()).toEqual(['EspalierProduct', 'BatchMatMulV2']);
    expect(opsOf([2, 128, 784], [2, 784, 300])).toEqual(['BatchMatMulV2']);
    expect(opsOf([128, 300], [784, 300], false, true)).toEqual(['BatchMatMulV2']);
  });
});

describe.runIf(isInstalled)('blockOf', () => {
  const product = { rows: 40, terms: 1500, columns: 50, transposeA: true, transposeB: false };

  /** The binding, but `BatchMatMulV2` adds in blocks of so many terms. */
  const addingInBlocksOf = (value: number) => {
    const { binding } = nativeBackend();
    const executeOp = vi.fn<typeof binding.executeOp>((op, attributes, ids, outputs) => {
      if (op !== 'BatchMatMulV2') return binding.executeOp(op, attributes, ids, outputs);
      const transpose = attributes.filter(({ name }) => name === 'adj_x').map((flag) => ({ ...flag, name: 'transpose_a' }));
      return binding.executeOp('EspalierProduct', [...transpose, { name: 'block', type: binding.TF_ATTR_INT, value }], ids, outputs);
    });
    return Object.create(binding, { executeOp: { value: executeOp } }) as typeof binding & { executeOp: typeof executeOp };
  };

  it('finds the block by which the library adds, once for each shape', () => {
    expect([512, 1024, 1500].map((value) => blockOf(addingInBlocksOf(value), product))).toEqual([512, 1024, 1500]);
    const binding = addingInBlocksOf(512);
    expect([blockOf(binding, product), blockOf(binding, { ...product, terms: 300 })]).toEqual([512, 300]);
    binding.executeOp.mockClear();
    expect([blockOf(binding, product), binding.executeOp.mock.calls.length]).toEqual([512, 0]);
  });

  it('finds none where it adds otherwise, and leaves no tensor behind', () => {
    const before = nativeBackend().binding.getNumOfTensors();
    expect(blockOf(addingInBlocksOf(500), product)).toBeUndefined();
    expect(nativeBackend().binding.getNumOfTensors()).toBe(before);
  });
});

it('shares the work of operations that run side by side and one after another, to the same bits every time', () => {
  const n = 300_000;
  const feeds: Tensors = {
    a: normal([128, 500], 1),
    b: normal([500, 260], 2),
    x: normal([n, 1], 3),
    y: normal([n, 1], 4),
    rate: tf.scalar(0.1),
  };
  const step: Step = ({ a, b, x, y, rate }) => {
    const sgd = (variable: tf.Tensor, slot: tf.Tensor, gradient: tf.Tensor) =>
      tf.engine().runKernel('EspalierSgd', { variable, slot, gradient, learningRate: rate as tf.Tensor } as tf.NamedTensorMap, {
        decay: 0.1,
        momentum: 0.9,
        nesterov: false,
      }) as tf.Tensor[];
    const product = tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D);
    const other = tf.matMul((a as tf.Tensor2D).neg(), b as tf.Tensor2D);
    const [moved, slot] = sgd(x as tf.Tensor, y as tf.Tensor, (x as tf.Tensor).add(product.min()));
    const again = tf.matMul(product, other, true, false);
    return { again, moved: moved as tf.Tensor, slot: slot as tf.Tensor, masked: tf.mul(moved as tf.Tensor, slot as tf.Tensor) };
  };
  const { run, dispose } = createCompiler()(step, () => []);
  const bytes = (): Buffer => {
    const results = Object.values(run(feeds));
    const all = results.map((tensor) => tensor.dataSync() as Float32Array);
    tf.dispose(results);
    return Buffer.concat(all.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)));
  };
  const eager = bytes();
  for (let i = 0; i < 60; i++) expect(bytes().equals(eager)).toBe(true);
  dispose();
});
