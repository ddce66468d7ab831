import type { Component } from '../component.ts';
import type { Kernel } from '../kinds/pruner.ts';
import { keepCount, keepCounts } from '../masks/keep-counts.ts';
import { randomStream } from '../random.ts';
import { magnitude } from '../scores/magnitude.ts';
import { tf } from '../tf.ts';
import { type ContractOptions, checksOn, expectNoLeak, specChecks } from './component-checks.ts';
import { expect, expectEqual } from './expect.ts';
import type { Check, TestRegistrar } from './pruner-contract.ts';

export interface AllocationContractOptions extends ContractOptions {
  /** The kernels that it is tried on, shapes by name, for an allocation that names layers. Default: three networks with up to four layers. */
  readonly layers?: Readonly<Record<string, readonly number[]>>;
}

/** Registers what every allocation must do as tests: `allocationContract({ test }, () => erk())`. */
export function allocationContract(
  { test }: TestRegistrar,
  create: () => Component<'allocation'>,
  options: AllocationContractOptions = {},
): void {
  for (const { name, run } of allocationChecks(create, options)) test(name, run);
}

/** What every allocation must do, as checks without a test runner. */
export function allocationChecks(create: () => Component<'allocation'>, options: AllocationContractOptions = {}): readonly Check[] {
  const networks = options.layers ? [networkOf(options.layers)] : NETWORKS;
  const [first] = networks as [Network];
  const overCases = (check: (kernels: readonly Kernel[], sparsity: number) => void) => {
    for (const network of networks)
      withKernels(network, (kernels) => {
        for (const sparsity of SPARSITIES) check(kernels, sparsity);
      });
  };
  return checksOn(options.engine, {
    'gives every layer a sparsity in [0, 1]': () => overCases((network, sparsity) => staysWithin(create(), network, sparsity)),
    'meets the total before rounding': () => overCases((network, sparsity) => meetsTheTotal(create(), network, sparsity)),
    'meets the total to the weight, rounded': () => overCases((network, sparsity) => meetsItExactly(create(), network, sparsity)),
    'takes no layer away whole while most weights stay': () => withKernels(first, (kernels) => keepsLayers(create(), kernels)),
    'gives the same answer whenever it is asked': () => withKernels(first, (kernels) => isPure(create(), kernels)),
    'says if its answer depends on the weights': () => withKernels(first, (kernels) => isHonest(create(), kernels)),
    'leaks no tensors': () =>
      withKernels(first, (kernels) => expectNoLeak('allocating', () => void create().allocate(kernels, 0.5, magnitude()))),
    ...specChecks(create(), options),
  });
}

// --- helpers: the checks ---

type Allocation = Component<'allocation'>;

/** Shapes by name. */
type Network = ReadonlyMap<string, readonly number[]>;

const networkOf = (layers: Readonly<Record<string, readonly number[]>>): Network => new Map(Object.entries(layers));

/** A plain one, one with layers of one weight, one of one layer. */
const NETWORKS = [
  networkOf({ 'layer 1': [3, 3, 1, 8], 'layer 2': [72, 20], 'layer 3': [20, 5] }),
  networkOf({ 'layer 1': [1], 'layer 2': [40, 30], 'layer 3': [1, 1, 1, 1], 'layer 4': [30, 10] }),
  networkOf({ 'layer 1': [10, 10] }),
];
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

/** Kernels with evenly distributed weights, for as long as `use` takes. */
function withKernels(network: Network, use: (kernels: readonly Kernel[]) => void): void {
  const kernels = [...network].map(([name, shape], i): Kernel => {
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
    return { name, weight, shape, size, filterAxes: [shape.length - 1], uses: 1 };
  });
  try {
    use(kernels);
  } finally {
    tf.dispose(kernels.map(({ weight }) => weight));
  }
}
