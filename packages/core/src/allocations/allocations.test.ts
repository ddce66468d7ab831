import { describe, expect, it } from 'vitest';
import type { Allocation } from '../kinds/allocation.ts';
import type { Kernel } from '../kinds/pruner.ts';
import type { Score } from '../kinds/score.ts';
import { keepCounts } from '../masks/keep-counts.ts';
import { magnitude } from '../scores/magnitude.ts';
import { kernelOf, onCpu, shapeOf, tensorsLeftBy } from '../test-helpers.ts';
import { erk } from './erk.ts';
import { global } from './global.ts';
import { uniform } from './uniform.ts';

const unused = undefined as unknown as Score;
const densities = (allocation: Allocation, kernels: readonly Kernel[], sparsity: number) => {
  const targets = allocation.allocate(kernels, sparsity, unused);
  return kernels.map(({ name }) => 1 - (targets.get(name) as number));
};
const closeTo = (numbers: readonly number[]) => numbers.map((n) => expect.closeTo(n, 8));

const LENET = [shapeOf('fc1', 784, 300), shapeOf('fc2', 300, 100), shapeOf('fc3', 100, 10)];
/** ResNet-20 with option-A shortcuts: 268,336 weights. */
const RESNET20 = [
  shapeOf('conv1', 3, 3, 3, 16),
  ...Array.from({ length: 6 }, (_, i) => shapeOf(`stage1/${i}`, 3, 3, 16, 16)),
  shapeOf('stage2/0', 3, 3, 16, 32),
  ...Array.from({ length: 5 }, (_, i) => shapeOf(`stage2/${i + 1}`, 3, 3, 32, 32)),
  shapeOf('stage3/0', 3, 3, 32, 64),
  ...Array.from({ length: 5 }, (_, i) => shapeOf(`stage3/${i + 1}`, 3, 3, 64, 64)),
  shapeOf('fc', 64, 10),
];
const times = (count: number, n: number) => Array.from({ length: count }, () => n);

describe('uniform', () => {
  it('gives every layer the same sparsity', () => {
    expect([...(uniform() as Allocation).allocate(LENET, 0.9, unused)]).toEqual([
      ['fc1', 0.9],
      ['fc2', 0.9],
      ['fc3', 0.9],
    ]);
  });
});

describe('erk', () => {
  it.each([
    [0.8, [0.1622412307, 0.4693620845, 1]],
    [0.9, [0.0795677705, 0.2301886792, 1]],
    [0.95, [0.03848413267, 0.1113341698, 0.9185069009]],
  ])('gives LeNet-300-100 at sparsity %d the densities of the paper', (sparsity, expected) => {
    expect(densities(erk(), LENET, sparsity)).toEqual(closeTo(expected));
  });

  it.each([
    [0.8, [1, ...times(6, 0.6179374654), 0.4390608307, ...times(5, 0.2845764643), 0.2073342811, ...times(5, 0.1361901651), 1]],
    [0.9, [1, ...times(6, 0.3027485953), 0.215110844, ...times(5, 0.1394236952), 0.1015801208, ...times(5, 0.06672419699), 1]],
    [
      0.95,
      [0.5178770443, ...times(6, 0.1475949576), 0.1048701015, ...times(5, 0.06797136206), 0.04952199236, ...times(5, 0.03252915184), 1],
    ],
  ])('gives ResNet-20 at sparsity %d the densities of the official code, up to its rounding', (sparsity, expected) => {
    expect(RESNET20.reduce((sum, { size }) => sum + size, 0)).toBe(268_336);
    // The numbers are those of RigL's code, which rounds the weights to keep up in every layer before it adds them.
    const dense = RESNET20.reduce((sum, { size }, i) => sum + (expected[i] === 1 ? size : 0), 0);
    const official = RESNET20.reduce((sum, { size }) => sum + size - Math.floor(sparsity * size), 0);
    const scale = (268_336 * (1 - sparsity) - dense) / (official - dense);
    expect(densities(erk(), RESNET20, sparsity)).toEqual(closeTo(expected.map((density) => (density === 1 ? 1 : density * scale))));
  });

  it.each([0, 0.1, 0.5, 0.999, 0.99999])('meets the total at sparsity %d', (sparsity) => {
    for (const kernels of [LENET, RESNET20]) {
      const total = kernels.reduce((sum, { size }) => sum + size, 0);
      const kept = densities(erk(), kernels, sparsity).map((density, i) => density * (kernels[i] as Kernel).size);
      expect(kept.reduce((sum, n) => sum + n, 0) / total).toBeCloseTo(1 - sparsity, 10);
      const counts = keepCounts(kernels, (erk() as Allocation).allocate(kernels, sparsity, unused), sparsity);
      expect([...counts.values()].reduce((sum, n) => sum + n, 0)).toBe(Math.round(total * (1 - sparsity)));
    }
  });

  it('is uniform with power 0', () => {
    expect(densities(erk({ power: 0 }), LENET, 0.9)).toEqual(closeTo([0.1, 0.1, 0.1]));
  });
});

describe('global', () => {
  onCpu();

  it('leaves each layer what the largest scores of all leave in it', () => {
    const kernels = [kernelOf('a', [4], [0.9, -0.8, 0.1, 0.05]), kernelOf('b', [2, 2], [0.7, 0.3, -0.2, 0])];
    const targets = () => global().allocate(kernels, 0.5, magnitude());
    expect([...targets()]).toEqual([
      ['a', 0.5],
      ['b', 0.5],
    ]);
    kernels[0]?.weight.assign(kernels[0].weight.mul(100));
    expect([...targets()]).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
    expect(tensorsLeftBy(() => void targets())).toBe(0);
    expect(global().dynamic).toBe(true);
    for (const { weight } of kernels) weight.dispose();
  });
});
