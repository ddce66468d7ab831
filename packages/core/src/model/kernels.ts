import type { Kernel } from '../kinds/pruner.ts';
import type { tf } from '../tf.ts';
import { type WeightField, weightFields } from './layer-internals.ts';
import { type PrunableOptions, selectPrunable } from './prunable.ts';

export interface FoundKernel {
  readonly kernel: Kernel;
  readonly field: WeightField;
  readonly isPrunable: boolean;
}

/** The kernels among a model's weights. Throws `E_PATTERN`, `E_NOTHING_TO_PRUNE`. */
export function findKernels(model: string, weights: readonly WeightField[], prunable: PrunableOptions): FoundKernel[] {
  const fields = weights.filter((field) => field.role === 'kernel');
  const names = kernelNames(fields);
  const owners = fields.map(({ owner }) => owner);
  const selected = selectPrunable(model, names, prunable, owners);
  return fields.map((field, i) => ({ field, kernel: toKernel(field, names[i] as string), isPrunable: selected[i] as boolean }));
}

/**
 * The kernels of a model that would be pruned, in the order of the model.
 *
 * Throws `E_PATTERN`, `E_NOTHING_TO_PRUNE`, `E_UNKNOWN_SIZE`, `E_ATTACHED`.
 */
export const prunableKernels = (model: tf.LayersModel, prunable: PrunableOptions = {}): Kernel[] =>
  findKernels(model.name, weightFields(model), prunable).flatMap(({ kernel, isPrunable }) => (isPrunable ? [kernel] : []));

// --- helpers ---

function toKernel({ variable, filterAxes, uses }: WeightField, name: string): Kernel {
  return Object.freeze({ name, weight: variable, shape: variable.shape, size: variable.size, filterAxes, uses });
}

/** The layer's name where it has one kernel, `layer/field` where it has several. */
function kernelNames(fields: readonly WeightField[]): string[] {
  return fields.map(({ layer, field }) => (fields.filter((other) => other.layer === layer).length > 1 ? `${layer}/${field}` : layer));
}
