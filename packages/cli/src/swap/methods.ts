import { type Component, type ComponentReference, isBuilt, type Registry, type Spec, toSpec } from '@espalier/core';
import { specLabel } from '@espalier/reports';
import { listOptions, optionsOfComponent, withOption } from '../ablation/options.ts';
import { swapImpossible } from '../errors.ts';

/** A method that takes part in a swap. */
export interface SwapMethod {
  /** Its name in tables. */
  readonly label: string;
  /** As it is. */
  at(sparsity: number): Component<'pruner'>;
  /** What is left of it once its allocation is taken away: how it selects weights. Methods that differ in the allocation alone share it. */
  readonly selection: SwapSelection;
}

export interface SwapSelection {
  readonly label: string;
  /** The method with this allocation in place of its own. */
  on(allocation: Component<'allocation'>, sparsity: number): Component<'pruner'>;
}

/**
 * The methods of a swap, each once. Any pruner can take part that has an option that takes an allocation, its own or one of a component that
 * it holds, and that promises the sparsity it is given.
 *
 * Throws `E_SWAP` for one that can't, `E_COMPONENT_UNKNOWN`, `E_OPTIONS`.
 */
export function swapMethods(pruners: readonly ComponentReference<'pruner'>[], registry: Registry): SwapMethod[] {
  const given = pruners.map((reference) => swapMethod(reference, registry));
  const methods = [...new Map(given.map((method) => [method.label, method])).values()];
  if (methods.length < 2) throw swapImpossible(methods[0]?.label ?? '', 'nothing else does', 'Give two methods or more that differ.');
  return methods;
}

// --- helpers ---

function swapMethod(reference: ComponentReference<'pruner'>, registry: Registry): SwapMethod {
  const spec = toSpec(reference);
  if (isBuilt(reference) && !registry.list('pruner').some(({ definition }) => definition.name === spec.use))
    throw swapImpossible(spec.use, 'it only exists as an object', 'List the plugin that brings it.');
  const options = optionsOfComponent(registry, 'pruner', spec);
  const path = allocationPath(spec, registry);
  const build = (given: Readonly<Record<string, unknown>>, sparsity: number) => {
    const pruner = registry.build('pruner', { ...given, use: spec.use, sparsity });
    if (pruner.sparsity === sparsity) return pruner;
    throw swapImpossible(spec.use, `it doesn't promise the sparsity it is given`, 'Leave out the options that let it be missed.');
  };
  if (!('sparsity' in options.shape))
    throw swapImpossible(spec.use, 'it takes no sparsity', 'Methods are compared at the sparsities given.');
  if ('sparsity' in spec) throw swapImpossible(spec.use, 'it sets a sparsity of its own', 'Give it to the command, for all methods alike.');
  const selection = withOption(registry, options, path, undefined);
  return {
    label: labelOf(build(spec, SOME)),
    at: (sparsity) => build(spec, sparsity),
    selection: {
      label: labelOf(build(selection, SOME)),
      on: (allocation, sparsity) => build(withOption(registry, options, path, allocation), sparsity),
    },
  };
}

/** Any sparsity, for a look at what is built. */
const SOME = 0.5;

/** Where a method takes its allocation: the outermost option of that kind. */
function allocationPath(spec: Spec, registry: Registry): readonly string[] {
  const all = listOptions(registry, optionsOfComponent(registry, 'pruner', spec)).filter(({ kind }) => kind === 'allocation');
  const depth = Math.min(...all.map(({ path }) => path.length));
  const [found, ...others] = all.filter(({ path }) => path.length === depth);
  if (!found) throw swapImpossible(spec.use, 'it has no option that takes an allocation, so it can follow no budget', canFollow(registry));
  if (others.length) throw swapImpossible(spec.use, 'several of its options take an allocation', canFollow(registry));
  return found.path;
}

function canFollow(registry: Registry): string {
  const names = registry.list('pruner').flatMap(({ definition: { name } }) => {
    const takes = listOptions(registry, optionsOfComponent(registry, 'pruner', name)).some(({ kind }) => kind === 'allocation');
    return takes ? [name] : [];
  });
  return `These can: ${names.join(', ')}.`;
}

function labelOf({ spec: { sparsity: _, ...rest } }: Component<'pruner'>): string {
  return specLabel(rest as Spec);
}
