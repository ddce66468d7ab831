import { describe, expect, it } from 'vitest';
import { erk } from '../allocations/erk.ts';
import { global } from '../allocations/global.ts';
import { uniform } from '../allocations/uniform.ts';
import { magnitude } from '../scores/magnitude.ts';
import { kernelOf, onCpu, shapeOf, tensorsLeftBy, values } from '../test-helpers.ts';
import { tf } from '../tf.ts';
import { allocateCounts, topKMask, updateMasks } from './update-masks.ts';

const score = magnitude();

describe('allocateCounts', () => {
  onCpu();
  const kernels = () => [kernelOf('a', [8], [8, 7, 6, 5, 4, 3, 2, 1]), kernelOf('b', [4], [0.4, 0.3, 0.2, 0.1])];
  const base = { score, sparsity: 0.5, fraction: 1, rounding: 'total' } as const;

  it('divides the sparsity by the rule', () => {
    expect([...allocateCounts(kernels(), { ...base, allocation: uniform() }).values()]).toEqual([4, 2]);
    expect([...allocateCounts(kernels(), { ...base, allocation: global() }).values()]).toEqual([6, 0]);
  });

  it('gives every layer the same fraction of its final sparsity on the way, so that dense layers stay dense', () => {
    const options = { ...base, sparsity: 0.9, allocation: erk() };
    const lenet = [shapeOf('fc1', 784, 300), shapeOf('fc2', 300, 100), shapeOf('fc3', 100, 10)];
    const final = [0.0795677705, 0.2301886792, 1];
    for (const fraction of [0, 0.5, 1]) {
      const counts = [...allocateCounts(lenet, { ...options, fraction }).values()];
      for (const [i, { size }] of lenet.entries()) {
        expect(Math.abs((counts[i] as number) - size * (1 - fraction * (1 - (final[i] as number))))).toBeLessThan(1);
      }
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(Math.round(266_200 * (1 - 0.9 * fraction)));
    }
  });

  it('asks a dynamic rule for the sparsity of now', () => {
    expect([...allocateCounts(kernels(), { ...base, allocation: global(), fraction: 0.5 }).values()]).toEqual([8, 1]);
  });

  it('rounds in each layer by itself if told', () => {
    const options = { ...base, sparsity: 0.9, allocation: uniform() };
    expect([...allocateCounts(kernels(), options).values()]).toEqual([1, 0]);
    expect([...allocateCounts(kernels(), { ...options, rounding: 'layer' }).values()]).toEqual([1, 1]);
  });
});

describe('masks', () => {
  onCpu();

  it('keep the largest scores in the shape of the kernel', () => {
    const kernel = kernelOf('a', [2, 3], [0.1, -0.9, 0.5, -0.5, 0, 0.7]);
    expect(values(() => topKMask(kernel, score, 3))).toEqual([0, 1, 1, 0, 0, 1]);
    const mask = topKMask(kernel, score, 3);
    expect(mask.shape).toEqual([2, 3]);
    mask.dispose();
    kernel.weight.dispose();
  });

  it('are assigned layer by layer, dense where no count is given', () => {
    const [a, b] = [kernelOf('a', [3], [1, -3, 2]), kernelOf('b', [2], [1, 2])];
    const layers = [a, b].map((kernel) => ({ kernel, state: { mask: tf.variable(tf.zeros([...kernel.shape]), false) } }));
    expect(tensorsLeftBy(() => tf.tidy(() => updateMasks(layers, score, new Map([['a', 2]]))))).toBe(0);
    expect(layers.map(({ state }) => Array.from(state.mask.dataSync()))).toEqual([
      [0, 1, 1],
      [1, 1],
    ]);
  });
});
