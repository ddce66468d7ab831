import type { Kernel } from '../kinds/pruner.ts';
import { keepCount } from '../masks/keep-counts.ts';
import { findKernels } from '../model/kernels.ts';
import { weightFields } from '../model/layer-internals.ts';
import type { PrunableOptions } from '../model/prunable.ts';
import type { tf } from '../tf.ts';
import { type CostConventionName, type CountedKernel, costConventions } from './conventions.ts';
import { type StorageSizes, storageSizes } from './storage.ts';

/** What weights cost: one kernel, or several together. */
export interface Costs {
  readonly size: number;
  readonly nonzero: number;
  /** 1 − nonzero / size. */
  readonly sparsity: number;
  /** Of one forward pass of one example, of all weights and of those that are not zero. */
  readonly denseMultiplyAdds: number;
  readonly multiplyAdds: number;
  /** As the convention counts. */
  readonly denseOperations: number;
  readonly operations: number;
  readonly denseBytes: number;
  readonly bytes: number;
  /** In formats that can be read back. */
  readonly storage: StorageSizes;
}

export interface LayerCost extends Costs {
  readonly name: string;
  readonly shape: readonly number[];
  readonly prunable: boolean;
}

export interface ModelCost {
  readonly model: string;
  readonly convention: CostConventionName;
  /** Every kernel, in the order of the model. */
  readonly layers: readonly LayerCost[];
  /** All kernels together, and those that may be pruned. */
  readonly total: Costs;
  readonly prunable: Costs;
  /** Of the whole model, with biases and normalization. `sparsity` is the share of zeros that pruning made in it. */
  readonly whole: { readonly parameters: number; readonly sparsity: number };
}

export interface CostOptions {
  /** Weights that are left, by kernel. Kernels that are not named are dense. */
  readonly kept?: ReadonlyMap<string, number>;
  readonly prunable?: PrunableOptions;
  /** Default `paper`. */
  readonly convention?: CostConventionName;
}

/**
 * The cost of a model with some of its weights gone. Looks at shapes alone, so a model built by `withoutValues` will do.
 *
 * Throws `E_PATTERN`, `E_NOTHING_TO_PRUNE`, `E_UNKNOWN_SIZE`, `E_ATTACHED`.
 */
export function modelCost(model: tf.LayersModel, { kept = new Map(), prunable = {}, convention = 'paper' }: CostOptions = {}): ModelCost {
  const layers = findKernels(model.name, weightFields(model), prunable).map(({ kernel, isPrunable }) =>
    layerCost(kernel, kept.get(kernel.name) ?? kernel.size, isPrunable, convention),
  );
  const total = sum(layers);
  const parameters = model.countParams();
  return {
    model: model.name,
    convention,
    layers,
    total,
    prunable: sum(layers.filter((layer) => layer.prunable)),
    whole: { parameters, sparsity: (total.size - total.nonzero) / parameters },
  };
}

/** Weights that are left at a sparsity per kernel, each rounded by itself: for budgets that are given, not aimed at a total. */
export const keptAt = (kernels: readonly Kernel[], sparsities: ReadonlyMap<string, number>): ReadonlyMap<string, number> =>
  new Map(kernels.map(({ name, size }) => [name, keepCount(size, sparsities.get(name) ?? 0)]));

// --- helpers ---

function layerCost(kernel: Kernel, nonzero: number, prunable: boolean, name: CostConventionName): LayerCost {
  const { size, shape, uses, filterAxes } = kernel;
  const convention = costConventions[name];
  const filters = shape[filterAxes.at(-1) as number] as number;
  const dense: CountedKernel = { size, nonzero: size, uses, filters };
  const left: CountedKernel = { ...dense, nonzero };
  return {
    name: kernel.name,
    shape: [...shape],
    prunable,
    size,
    nonzero,
    sparsity: 1 - nonzero / size,
    denseMultiplyAdds: size * uses,
    multiplyAdds: nonzero * uses,
    denseOperations: convention.operations(dense),
    operations: convention.operations(left),
    denseBytes: convention.bytes(dense),
    bytes: convention.bytes(left),
    storage: storageSizes(
      size,
      nonzero,
      filterAxes.reduce((product, axis) => product * (shape[axis] as number), 1),
    ),
  };
}

function sum(layers: readonly Costs[]): Costs {
  const add = (value: (layer: Costs) => number) => layers.reduce((total, layer) => total + value(layer), 0);
  const size = add((layer) => layer.size);
  const nonzero = add((layer) => layer.nonzero);
  return {
    size,
    nonzero,
    sparsity: 1 - nonzero / size,
    denseMultiplyAdds: add((layer) => layer.denseMultiplyAdds),
    multiplyAdds: add((layer) => layer.multiplyAdds),
    denseOperations: add((layer) => layer.denseOperations),
    operations: add((layer) => layer.operations),
    denseBytes: add((layer) => layer.denseBytes),
    bytes: add((layer) => layer.bytes),
    storage: {
      dense: add((layer) => layer.storage.dense),
      bitmask: add((layer) => layer.storage.bitmask),
      csr: add((layer) => layer.storage.csr),
      entropy: add((layer) => layer.storage.entropy),
    },
  };
}
