import type { Component } from '../component.ts';
import type { Kernel } from '../kinds/pruner.ts';
import { keepCount, keepCounts } from '../masks/keep-counts.ts';
import { randomStream } from '../random.ts';
import { magnitude } from '../scores/magnitude.ts';
import { tf } from '../tf.ts';
import { type ContractOptions, expectNoLeak, onCpuBackend, specChecks } from './component-checks.ts';
import { expect, expectEqual } from './expect.ts';
import type { Check, TestRegistrar } from './pruner-contract.ts';

/** Registers what every allocation must do as tests: `allocationContract({ test }, () => erk())`. */
export function allocationContract({ test }: TestRegistrar, create: () => Component<'allocation'>, options: ContractOptions = {}): void {
  for (const { name, run } of allocationChecks(create, options)) test(name, run);
}

/**
 * What every allocation must do, as checks without a test runner, on the `cpu` backend, which they set. An allocation that names layers of
 * its own can't pass: these networks have others.
 */
export function allocationChecks(create: () => Component<'allocation'>, options: ContractOptions = {}): readonly Check[] {
  return onCpuBackend({
    'gives every layer a sparsity in [0, 1]': () => overCases((network, sparsity) => staysWithin(create(), network, sparsity)),
    'meets the total before rounding': () => overCases((network, sparsity) => meetsTheTotal(create(), network, sparsity)),
    'meets the total to the weight, rounded': () => overCases((network, sparsity) => meetsItExactly(create(), network, sparsity)),
    'takes no layer away whole while most weights stay': () =>
      withKernels(NETWORKS.plain as Network, (kernels) => keepsLayers(create(), kernels)),
    'gives the same answer whenever it is asked': () => withKernels(NETWORKS.plain as Network, (kernels) => isPure(create(), kernels)),
    'says if its answer depends on the weights': () => withKernels(NETWORKS.plain as Network, (kernels) => isHonest(create(), kernels)),
    'leaks no tensors': () =>
      withKernels(NETWORKS.plain as Network, (kernels) =>
        expectNoLeak('allocating', () => void create().allocate(kernels, 0.5, magnitude())),
      ),
    ...specChecks(create(), options),
  });
}

// --- helpers: the checks ---

type Allocation = Component<'allocation'>;
type Network = readonly (readonly number[])[];

const NETWORKS: Readonly<Record<string, Network>> = {
  plain: [
    [3, 3, 1, 8],
    [72, 20],
    [20, 5],
  ],
  'with layers of one weight': [[1], [40, 30], [1, 1, 1, 1], [30, 10]],
  'of one layer': [[10, 10]],
};
const SPARSITIES = [0, 0.1, 0.5, 0.9, 0.99, 0.999, 1];

const sizeOf = (kernels: readonly Kernel[]): number => kernels.reduce((sum, { size }) => sum + size, 0);

function staysWithin(allocation: Allocation, kernels: readonly Kernel[], sparsity: number): void {
  const targets = allocation.allocate(kernels, sparsity, magnitude());
  for (const { name } of kernels) {
    const own = targets.get(name);
    expect(own !== undefined && own >= 0 && own <= 1, `a sparsity in [0, 1] for "${name}" at ${sparsity} in all`, String(own));
  }
}

/** A weight for each layer is left for rounding. */
function meetsTheTotal(allocation: Allocation, kernels: readonly Kernel[], sparsity: number): void {
  const targets = allocation.allocate(kernels, sparsity, magnitude());
  const kept = kernels.reduce((sum, { name, size }) => sum + (1 - (targets.get(name) ?? Number.NaN)) * size, 0);
  const expected = (1 - sparsity) * sizeOf(kernels);
  expect(
    Math.abs(kept - expected) <= kernels.length,
    `${expected} of ${sizeOf(kernels)} weights kept at sparsity ${sparsity}`,
    String(kept),
  );
}

function meetsItExactly(allocation: Allocation, kernels: readonly Kernel[], sparsity: number): void {
  const counts = keepCounts(kernels, allocation.allocate(kernels, sparsity, magnitude()), sparsity);
  const kept = [...counts.values()].reduce((sum, count) => sum + count, 0);
  expectEqual(kept, keepCount(sizeOf(kernels), sparsity), `the number of weights that sparsity ${sparsity} keeps, rounded`);
}

function keepsLayers(allocation: Allocation, kernels: readonly Kernel[]): void {
  for (const [name, target] of allocation.allocate(kernels, 0.5, magnitude()))
    expect(target < 1, `something left of "${name}" at sparsity 0.5: a network without a layer computes nothing`, target);
}

function isPure(allocation: Allocation, kernels: readonly Kernel[]): void {
  const ask = (sparsity: number) => [...allocation.allocate(kernels, sparsity, magnitude())];
  const first = ask(0.7);
  ask(0.95);
  expectEqual(ask(0.7), first, 'the same sparsities, asked again');
}

function isHonest(allocation: Allocation, kernels: readonly Kernel[]): void {
  if (allocation.dynamic) return;
  const ask = () => [...allocation.allocate(kernels, 0.7, magnitude())];
  const first = ask();
  tf.tidy(() => kernels[0]?.weight.assign(kernels[0].weight.mul(100)));
  expectEqual(ask(), first, 'the same sparsities with other weights, or dynamic: true');
}

// --- helpers: networks ---

function overCases(check: (kernels: readonly Kernel[], sparsity: number) => void): void {
  for (const network of Object.values(NETWORKS))
    withKernels(network, (kernels) => {
      for (const sparsity of SPARSITIES) check(kernels, sparsity);
    });
}

/** Kernels with evenly distributed weights, for as long as `use` takes. */
function withKernels(network: Network, use: (kernels: readonly Kernel[]) => void): void {
  const kernels = network.map((shape, i): Kernel => {
    const random = randomStream(i, 'weights to allocate');
    const size = shape.reduce((product, n) => product * n, 1);
    const weight = tf.tidy(() =>
      tf.variable(
        tf.tensor(
          Float32Array.from({ length: size }, () => random.uniform() - 0.5),
          [...shape],
        ),
      ),
    );
    return { name: `layer ${i + 1}`, weight, shape, size, filterAxes: [shape.length - 1], uses: 1 };
  });
  try {
    use(kernels);
  } finally {
    tf.dispose(kernels.map(({ weight }) => weight));
  }
}
