import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import {
  type Budget,
  type Component,
  type ComponentReference,
  type CostConventionName,
  checkBudget,
  costConventions,
  type Kernel,
  keepCounts,
  keptAt,
  loadModel,
  type Model,
  type ModelCost,
  magnitude,
  measuredKernels,
  modelCost,
  type Plugin,
  type PrunableOptions,
  parseOptions,
  prunableKernels,
  prunableOptions,
  readBudget,
  runBudget,
  sparsityOption,
  tf,
  withoutValues,
} from '@espalier/core';
import * as z from 'zod';
import { pluginList, reference } from './config/config.ts';
import { createPluginRegistry } from './container.ts';
import { allocationNeedsWeights, inputUnknown, usageInvalid } from './errors.ts';

export interface CostOptions {
  readonly model: ComponentReference<'model'>;
  /** Sparsity of each layer: a CSV file `layer,sparsity`, the folder of a finished run, or the fractions themselves. */
  readonly budget?: string | Budget;
  /** Shares out `sparsity` instead. Default `uniform`. */
  readonly allocation?: ComponentReference<'allocation'>;
  readonly sparsity?: number;
  /** Which kernels are pruned; the others are dense, and no part of `sparsity`. */
  readonly prunable?: PrunableOptions;
  /** Default: what the model is known for. */
  readonly inputShape?: readonly number[];
  readonly classes?: number;
  /** Default `paper`. */
  readonly convention?: CostConventionName;
  /** Packages, files or plugins that bring models and allocations. */
  readonly plugins?: readonly (string | Plugin)[];
  /** Relative plugins start here. Default: the current folder. */
  readonly folder?: string;
}

export interface CostResult extends ModelCost {
  readonly inputShape: readonly number[];
  readonly classes: number;
  /** Bytes of the kernels after gzip, zeros and all, where the budget is that of a run: of the weights that it saved. */
  readonly gzip?: number;
}

/**
 * What a model costs with a budget, counted on its shapes: nothing is trained, and no weight is drawn. Without budget and sparsity, the cost
 * of the dense model. What `espalier cost` does.
 *
 * Throws `E_BUDGET`, `E_ALLOCATION`, `E_PATTERN`, `E_INPUT_SHAPE`, `E_USAGE`, `E_COMPONENT_UNKNOWN`, `E_OPTIONS`.
 */
export async function cost(options: CostOptions): Promise<CostResult> {
  const { model: given, budget, allocation, sparsity, prunable, convention, plugins, folder } = parseOptions('cost', costSchema, options);
  if (budget !== undefined && (allocation !== undefined || sparsity !== undefined)) throw twoBudgets();
  if (allocation !== undefined && sparsity === undefined) throw sparsityMissing();
  const registry = await createPluginRegistry(plugins, folder);
  const model = registry.build('model', given);
  const { inputShape, classes } = inputOf(model, options);
  tf.enableProdMode(); // or TensorFlow.js advertises tfjs-node here
  const built = withoutValues(() => model.build({ inputShape, classes, seed: () => 1 }));
  try {
    const kernels = prunableKernels(built, prunable);
    const kept =
      budget !== undefined
        ? keptWith(budget, kernels)
        : sparsity !== undefined
          ? keptBy(registry.build('allocation', allocation ?? 'uniform'), kernels, sparsity)
          : new Map<string, number>();
    const gzip = typeof budget === 'string' ? await gzipOf(budget) : undefined;
    return { ...modelCost(built, { kept, prunable, convention }), inputShape, classes, ...(gzip === undefined ? {} : { gzip }) };
  } finally {
    built.dispose();
  }
}

// --- helpers ---

const costSchema = z.strictObject({
  model: reference('model'),
  budget: z.union([z.string(), z.record(z.string(), z.number())]).optional(),
  allocation: reference('allocation').optional(),
  sparsity: sparsityOption.optional(),
  prunable: prunableOptions.prefault({}),
  inputShape: z.array(z.int().positive()).min(1).optional(),
  classes: z.int().positive().optional(),
  convention: z.enum(Object.keys(costConventions) as CostConventionName[]).default('paper'),
  plugins: pluginList,
  folder: z.string().default(() => process.cwd()),
});

function inputOf({ usual, spec }: Component<'model'> & Model, { inputShape = usual?.inputShape, classes = usual?.classes }: CostOptions) {
  if (!inputShape || classes === undefined) throw inputUnknown(spec.use);
  return { inputShape, classes };
}

function keptWith(given: string | Budget, kernels: readonly Kernel[]): ReadonlyMap<string, number> {
  const source = typeof given === 'string' ? given : 'of the caller';
  const budget = typeof given === 'string' ? (isFolder(given) ? runBudget(given) : readBudget(given)) : given;
  checkBudget(budget, kernels, source);
  return keptAt(kernels, new Map(Object.entries(budget)));
}

function keptBy(allocation: Component<'allocation'>, kernels: readonly Kernel[], sparsity: number): ReadonlyMap<string, number> {
  if (allocation.dynamic) throw allocationNeedsWeights(allocation.spec.use);
  return keepCounts(kernels, allocation.allocate(kernels, sparsity, magnitude()), sparsity);
}

/** Of the model that a run saved. */
async function gzipOf(runFolder: string): Promise<number | undefined> {
  const file = path.join(runFolder, 'model', 'model.json');
  if (!isFolder(runFolder) || !existsSync(file)) return undefined;
  const model = await loadModel(file);
  try {
    return [...measuredKernels(model).values()].reduce((sum, { gzip }) => sum + gzip, 0);
  } finally {
    model.dispose();
  }
}

const isFolder = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;

const twoBudgets = () =>
  usageInvalid(
    'A budget says how sparse each layer is, so there is nothing for an allocation or a sparsity to say',
    'Leave one of them out',
  );

const sparsityMissing = () => usageInvalid('An allocation needs a sparsity to share out', 'Add --sparsity 0.9');
